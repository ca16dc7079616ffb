package dev.hastack.examples.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hastack.examples.http.Balancer;
import dev.hastack.examples.http.HttpError;
import dev.hastack.examples.http.Request;
import dev.hastack.examples.http.Response;
import dev.hastack.examples.http.WebServer;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class EditorPagesTest {

    private WebServer editingServer;
    private Balancer balancer;
    private EditorPages pages;

    @BeforeEach
    void start() throws IOException {
        editingServer = WebServer.start(
                0,
                request -> Response.json(
                        request.method().equals("PUT") ? 409 : 200,
                        List.of(request.method(), request.address(), request.query(), request.body())));
        balancer = new Balancer(List.of(URI.create("http://localhost:" + editingServer.port())));
        pages = new EditorPages(balancer);
    }

    @AfterEach
    void stop() {
        balancer.close();
        editingServer.close();
    }

    @Test
    void serves_the_page_and_all_that_it_names() throws Exception {
        String page = pages.handle(request("GET", "", "", "")).body();

        assertThat(page).contains("<title>Editor</title>");
        Stream<String> named = Pattern.compile("(?:src|href)=\"([^\":]+)\"")
                .matcher(page)
                .results()
                .map(match -> match.group(1));
        assertThat(named)
                .containsExactlyInAnyOrder("editor.css", "editor.js")
                .allSatisfy(asset -> assertThat(
                                pages.handle(request("GET", asset, "", "")).status())
                        .isEqualTo(200));
    }

    @Test
    void every_element_that_the_script_uses_is_on_the_page() throws Exception {
        String page = pages.handle(request("GET", "", "", "")).body();
        String script = pages.handle(request("GET", "editor.js", "", "")).body();

        assertThat(Pattern.compile("element\\('([a-z]+)'\\)").matcher(script).results())
                .isNotEmpty()
                .allSatisfy(use -> assertThat(page).contains("id=\"" + use.group(1) + "\""));
    }

    @Test
    void passes_requests_to_an_editing_server_and_its_answer_back() throws Exception {
        Response list = pages.handle(request("GET", "api/publications/noun food/articles", "after=n-1", ""));
        Response save = pages.handle(request("PUT", "api/publications/p/articles/n-1", "", "{}"));

        assertThat(list.status()).isEqualTo(200);
        assertThat(list.body()).isEqualTo("[\"GET\",\"/publications/noun food/articles\",\"after=n-1\",\"\"]");
        assertThat(save.status()).isEqualTo(409);
        assertThat(save.body()).isEqualTo("[\"PUT\",\"/publications/p/articles/n-1\",\"\",\"{}\"]");
    }

    @Test
    void says_so_when_no_editing_server_answers() {
        editingServer.close();

        assertThatThrownBy(() -> pages.handle(request("GET", "api/publications", "", "")))
                .isInstanceOfSatisfying(
                        HttpError.class, error -> assertThat(error.status()).isEqualTo(502))
                .hasMessageContaining("no editing server answered");
    }

    private static Request request(String method, String path, String query, String body) {
        return new Request(method, path.isEmpty() ? List.of() : List.of(path.split("/", -1)), query, body);
    }
}
