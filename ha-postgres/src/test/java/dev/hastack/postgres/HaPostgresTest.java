package dev.hastack.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Proxy;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;

class HaPostgresTest {

    @Test
    void a_service_stubs_it_with_the_data_source_of_its_own_test() {
        DataSource own = new PGSimpleDataSource();

        HaPostgres stub = (HaPostgres) Proxy.newProxyInstance(
                HaPostgres.class.getClassLoader(),
                new Class<?>[] {HaPostgres.class},
                (proxy, method, arguments) -> own);

        assertThat(stub.primary()).isSameAs(own);
    }
}
