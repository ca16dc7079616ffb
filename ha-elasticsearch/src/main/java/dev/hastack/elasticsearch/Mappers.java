package dev.hastack.elasticsearch;

import co.elastic.clients.json.JsonpMapper;
import co.elastic.clients.json.jackson.Jackson3JsonpMapper;
import co.elastic.clients.json.jackson.JacksonJsonpMapper;

/** How documents are mapped unless the caller says so: by the Jackson that is there. */
final class Mappers {
    private Mappers() {}

    /** Jackson 2, where a service has it; else Jackson 3, which comes with the client. */
    static JsonpMapper standard() {
        return present("com.fasterxml.jackson.databind.ObjectMapper") ? Two.mapper() : Three.mapper();
    }

    private static boolean present(String type) {
        try {
            Class<?> unused = Class.forName(type, false, Mappers.class.getClassLoader());
            return true;
        } catch (ClassNotFoundException e) {
            return false;
        }
    }

    /** A class of its own, so that it is loaded only if it can be. */
    private static final class Two {
        static JsonpMapper mapper() {
            return new JacksonJsonpMapper();
        }
    }

    private static final class Three {
        static JsonpMapper mapper() {
            return new Jackson3JsonpMapper();
        }
    }
}
