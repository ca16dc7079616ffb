package dev.hastack.benchmarks.overhead;

import java.lang.invoke.MethodHandles;
import java.lang.reflect.Constructor;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.Statement;
import net.bytebuddy.ByteBuddy;
import net.bytebuddy.dynamic.loading.ClassLoadingStrategy;

/**
 * Makes the stubs. JDBC's interfaces have some four hundred methods, of which a few are called here: each stub is an
 * abstract class with those, and the class made of it says that it is concrete. There is no dispatch of any kind in
 * between, and what is not there fails with an {@link AbstractMethodError} that names it.
 */
final class Stubs {
    private static final Constructor<? extends StubConnection> CONNECTION =
            concrete(StubConnection.class, boolean.class, Statement.class, DatabaseMetaData.class, Runnable.class);
    private static final Constructor<? extends StubStatement> STATEMENT =
            concrete(StubStatement.class, ResultSet.class);
    private static final Constructor<? extends StubRow> ROW =
            concrete(StubRow.class, boolean.class, ResultSetMetaData.class);

    private static final Constructor<? extends StubMetaData> META_DATA = concrete(StubMetaData.class, boolean.class);

    private static final ResultSetMetaData COLUMNS = make(concrete(StubColumns.class));

    private Stubs() {}

    /** A new connection to a primary or to a replica of it. */
    static Connection connection(boolean replica) {
        return connection(replica, () -> {});
    }

    /** @param returned run when it is given back */
    static Connection connection(boolean replica, Runnable returned) {
        StubStatement statement = make(STATEMENT, make(ROW, replica, COLUMNS));
        StubConnection connection = make(CONNECTION, replica, statement, make(META_DATA, replica), returned);
        statement.of(connection);
        return connection;
    }

    private static <T> T make(Constructor<T> constructor, Object... arguments) {
        try {
            return constructor.newInstance(arguments);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("cannot make a stub", e);
        }
    }

    private static <T> Constructor<? extends T> concrete(Class<T> stub, Class<?>... parameters) {
        try {
            return new ByteBuddy()
                    .subclass(stub)
                    .make()
                    .load(stub.getClassLoader(), ClassLoadingStrategy.UsingLookup.of(MethodHandles.lookup()))
                    .getLoaded()
                    .getDeclaredConstructor(parameters);
        } catch (NoSuchMethodException e) {
            throw new IllegalStateException("no such constructor", e);
        }
    }
}
