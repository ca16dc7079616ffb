package dev.hastack.elasticsearch;

import co.elastic.clients.elasticsearch._types.ElasticsearchException;
import co.elastic.clients.elasticsearch._types.OpType;
import co.elastic.clients.elasticsearch.core.BulkRequest;
import co.elastic.clients.elasticsearch.core.DeleteRequest;
import co.elastic.clients.elasticsearch.core.IndexRequest;
import co.elastic.clients.elasticsearch.core.bulk.BulkOperation;

/** Whether a write may be sent again after its answer was lost: if it sets documents by id to a state that depends on no other. */
final class Replay {
    private Replay() {}

    static boolean safe(Object request) {
        if (request instanceof IndexRequest<?> index) {
            return index.id() != null
                    && index.opType() != OpType.Create
                    && index.version() == null
                    && index.ifSeqNo() == null;
        } else if (request instanceof DeleteRequest delete) {
            // A second time it would say that there was nothing to delete.
            return delete.version() == null && delete.ifSeqNo() == null;
        } else if (request instanceof BulkRequest bulk) {
            return bulk.operations().stream().allMatch(Replay::safe);
        }
        return false;
    }

    /**
     * Whether this error of a write may mean that Elasticsearch has done it: when a primary shard is lost, the node that was asked
     * sends the write on to the next one, under the id that it made up; where that already has the document, it answers that another is
     * in its way.
     */
    static boolean foundItself(Object request, Throwable error) {
        return request instanceof IndexRequest<?> index
                && index.id() == null
                && error instanceof ElasticsearchException answer
                && answer.status() == 409
                && "version_conflict_engine_exception".equals(answer.error().type());
    }

    private static boolean safe(BulkOperation operation) {
        if (operation.isIndex()) {
            var index = operation.index();
            return index.id() != null && index.version() == null && index.ifSeqNo() == null;
        } else if (operation.isDelete()) {
            var delete = operation.delete();
            return delete.version() == null && delete.ifSeqNo() == null;
        }
        return false;
    }
}
