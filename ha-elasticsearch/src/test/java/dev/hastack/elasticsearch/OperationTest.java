package dev.hastack.elasticsearch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hastack.elasticsearch.Operation.Kind;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OperationTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                # endpoint                  | method | kind  | changes | repeatable
                es/search                   | POST   | READ  | false   | true
                es/get                      | GET    | READ  | false   | true
                es/msearch                  | POST   | READ  | false   | true
                es/scroll                   | POST   | READ  | false   | false
                es/index                    | POST   | WRITE | true    | false
                es/bulk                     | POST   | WRITE | true    | false
                es/update                   | POST   | WRITE | true    | false
                es/clear_scroll             | DELETE | ADMIN | false   | true
                es/cluster.health           | GET    | ADMIN | false   | true
                es/indices.exists           | HEAD   | ADMIN | false   | true
                es/indices.refresh          | POST   | ADMIN | true    | true
                es/indices.create           | PUT    | ADMIN | true    | false
                es/indices.update_aliases   | POST   | ADMIN | true    | false
                es/delete_by_query          | POST   | ADMIN | true    | false
                es/reindex                  | POST   | ADMIN | true    | false
                es/something.of_tomorrow    | POST   | ADMIN | true    | false
                """)
    void tells_reads_from_writes_by_the_endpoint(
            String endpoint, String method, Kind kind, boolean changes, boolean repeatable) {
        Operation operation = Operation.of(endpoint, method);

        assertThat(operation.kind()).isEqualTo(kind);
        assertThat(operation.changes()).isEqualTo(changes);
        assertThat(operation.repeatable()).isEqualTo(repeatable);
    }
}
