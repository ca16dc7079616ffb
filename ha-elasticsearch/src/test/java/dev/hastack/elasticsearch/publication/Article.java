package dev.hastack.elasticsearch.publication;

record Article(String title, int revision) {
    static final String MAPPING = """
            {"dynamic": "strict", "properties": {
              "title": {"type": "text", "fields": {"raw": {"type": "keyword"}}},
              "revision": {"type": "integer"}}}""";
}
