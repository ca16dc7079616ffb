package dev.hastack.redis;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.AppenderBase;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/** What these loggers, and those below them, say while this is open, as an application with the usual settings would see it. */
final class Said extends AppenderBase<ILoggingEvent> implements AutoCloseable {
    private final Queue<String> lines = new ConcurrentLinkedQueue<>();
    private final List<Logger> loggers = new ArrayList<>();
    /** What each logger's own level was. */
    private final List<@Nullable Level> levels = new ArrayList<>();

    static Said by(String... names) {
        return by(Level.WARN, names);
    }

    static Said by(Level least, String... names) {
        Said said = new Said();
        said.start();
        for (String name : names) {
            Logger logger = (Logger) LoggerFactory.getLogger(name);
            said.levels.add(logger.getLevel());
            logger.setLevel(least);
            logger.addAppender(said);
            said.loggers.add(logger);
        }
        return said;
    }

    @Override
    protected void append(ILoggingEvent event) {
        lines.add(event.getLevel() + " " + event.getLoggerName() + " " + event.getFormattedMessage()
                + (event.getThrowableProxy() == null
                        ? ""
                        : "\n" + ThrowableProxyUtil.asString(event.getThrowableProxy())));
    }

    /** Each with its stack trace. */
    List<String> lines() {
        return List.copyOf(lines);
    }

    /** How often these words have been said. */
    int count(String words) {
        return String.join("\n", lines).split(Pattern.quote(words), -1).length - 1;
    }

    @Override
    public void close() {
        for (int i = 0; i < loggers.size(); i++) {
            loggers.get(i).detachAppender(this);
            loggers.get(i).setLevel(levels.get(i));
        }
        stop();
    }
}
