package dev.hastack.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/** Code of a document, as the body of a program. Imports may stand before it. */
final class Snippet {
    static final String PROGRAM = "Snippet";

    private final String imports;
    private final String body;

    private Snippet(String imports, String body) {
        this.imports = imports;
        this.body = body;
    }

    /** Returns the snippet that begins with its own imports. */
    static Snippet of(String code) {
        return new Snippet(
                code.lines().filter(line -> line.startsWith("import ")).collect(Collectors.joining("\n")),
                code.lines().filter(line -> !line.startsWith("import ")).collect(Collectors.joining("\n")));
    }

    /** Returns the snippet with these imports, and fields, which it leaves out for brevity. */
    static Snippet of(String imports, String fields, String body) {
        return new Snippet(imports, fields.isEmpty() ? body : fields + "\n" + body);
    }

    /** Compiles a class {@link #PROGRAM} with a {@code main} into this folder. */
    void compile(Path classes) {
        String source = imports + "\nclass " + PROGRAM
                + " { public static void main(String... args) throws Exception {\n" + body + "\n} }";
        StringWriter problems = new StringWriter();
        JavaFileObject file =
                new SimpleJavaFileObject(URI.create("string:///" + PROGRAM + ".java"), JavaFileObject.Kind.SOURCE) {
                    @Override
                    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                        return source;
                    }
                };
        boolean compiled = ToolProvider.getSystemJavaCompiler()
                .getTask(
                        problems,
                        null,
                        null,
                        List.of(
                                "-d",
                                classes.toString(),
                                "-classpath",
                                System.getProperty("java.class.path"),
                                "-proc:none"),
                        null,
                        List.of(file))
                .call();
        assertThat(compiled).as("%s%n%s", problems, source).isTrue();
    }
}
