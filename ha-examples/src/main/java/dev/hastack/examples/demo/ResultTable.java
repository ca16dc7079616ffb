package dev.hastack.examples.demo;

import dev.hastack.examples.http.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Results for people and for programs. */
final class ResultTable {

    private static final List<String> HEAD = List.of(
            "scene",
            "requests",
            "failures",
            "acknowledged",
            "lost",
            "published",
            "no route",
            "not found",
            "writes silent",
            "publishing silent",
            "reads silent",
            "searches silent",
            "jobs silent",
            "oldest read",
            "promise");

    private ResultTable() {}

    /** An aligned table of plain text, one line for each scene. */
    static String text(List<Result> results) {
        List<List<String>> rows = new ArrayList<>(List.of(HEAD));
        for (Result result : results) {
            rows.add(List.of(
                    result.scene().id(),
                    String.valueOf(result.requests()),
                    String.valueOf(result.failures()),
                    String.valueOf(result.acknowledged()),
                    String.valueOf(result.lost().size()),
                    String.valueOf(result.published()),
                    String.valueOf(result.unrouted().size()),
                    String.valueOf(result.unfound().size()),
                    result.silences().writes().toMillis() + " ms",
                    result.silences().publications().toMillis() + " ms",
                    result.silences().reads().toMillis() + " ms",
                    result.silences().searches().toMillis() + " ms",
                    result.silences().jobs().toMillis() + " ms",
                    result.oldestRead().toMillis() + " ms",
                    result.verdict().toString()));
        }
        StringBuilder text = new StringBuilder();
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder("  ");
            for (int column = 0; column < HEAD.size(); column++) {
                int at = column;
                int width =
                        rows.stream().mapToInt(r -> r.get(at).length()).max().orElse(0);
                boolean words = column == 0 || column == HEAD.size() - 1;
                line.append(String.format(words ? "%-" + width + "s  " : "%" + width + "s  ", row.get(column)));
            }
            text.append(line.toString().stripTrailing()).append(System.lineSeparator());
        }
        return text.toString();
    }

    /** A JSON array, one object for each scene. */
    static String json(List<Result> results) {
        List<Map<String, Object>> rows = new ArrayList<>();
        for (Result result : results) {
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("scene", result.scene().id());
            row.put("requests", result.requests());
            row.put("failures", result.failures());
            row.put("acknowledged", result.acknowledged());
            row.put("lost", result.lost().size());
            row.put("published", result.published());
            row.put("unpublished", result.unpublished().size());
            row.put("unrouted", result.unrouted().size());
            row.put("unfound", result.unfound().size());
            row.put("strays", result.strays().size());
            row.put("writeSilenceMs", result.silences().writes().toMillis());
            row.put("publishSilenceMs", result.silences().publications().toMillis());
            row.put("readSilenceMs", result.silences().reads().toMillis());
            row.put("searchSilenceMs", result.silences().searches().toMillis());
            row.put("jobSilenceMs", result.silences().jobs().toMillis());
            row.put("oldestReadMs", result.oldestRead().toMillis());
            row.put("falseAlarms", result.falseAlarms().size());
            row.put("held", result.held().stream().map(ResultTable::held).toList());
            row.put("delayMs", result.delay().toMillis());
            row.put("kept", result.kept());
            row.put("verdict", result.judgement());
            rows.add(row);
        }
        return Json.write(rows) + "\n";
    }

    private static Map<String, Object> held(Held held) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("callers", held.kind().toString());
        row.put("silenceMs", held.silence().toMillis());
        row.put("awayMs", held.away().toMillis());
        row.put("allowedMs", held.allowed().toMillis());
        return row;
    }
}
