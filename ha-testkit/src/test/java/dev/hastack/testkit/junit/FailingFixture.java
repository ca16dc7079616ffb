package dev.hastack.testkit.junit;

import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;

/** Fails on purpose; run by {@link JUnitVersionsIT} only. Its layout equals that of {@link HaStackTestIT}. */
@HaStackTest(
        postgres =
                @Postgres(
                        nodes = {"main", "standby"},
                        settings = "work_mem=5MB"))
class FailingFixture {
    @Test
    void fails() {
        Assertions.fail("on purpose");
    }
}
