package io.penstock.compose.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.penstock.compose.http.FrontCall;
import io.penstock.compose.http.FrontClient;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Reads the front's lists, which come in pages. */
final class FrontPages {

  private FrontPages() {}

  /**
   * The first objects of a list.
   *
   * @param path of the list, with a query or without
   * @param limit how many at most
   * @param page how many the front gives at a time
   */
  static List<ObjectNode> read(FrontClient client, String path, long limit, int page)
      throws InterruptedException {
    List<ObjectNode> all = new ArrayList<>();
    String after = "";
    while (all.size() < limit) {
      long wanted = Math.min(page, limit - all.size());
      JsonNode answer =
          client.object(
              FrontCall.get(path + (path.contains("?") ? "&" : "?") + "limit=" + wanted + after));
      objects(answer).forEach(all::add);
      if (!answer.path("has_more").asBoolean() || answer.path("data").isEmpty()) {
        return all;
      }
      String next = "&after=" + encoded(answer.path("last_id").asText());
      if (next.equals(after)) {
        throw CliException.failure("the front gives the same page of %s again".formatted(path));
      }
      after = next;
    }
    return all;
  }

  /** The objects of a list that comes whole. */
  static List<ObjectNode> objects(JsonNode answer) {
    List<ObjectNode> all = new ArrayList<>();
    answer
        .path("data")
        .forEach(
            each -> {
              if (each instanceof ObjectNode object) {
                all.add(object);
              }
            });
    return all;
  }

  /** A part of a path or query, whatever it holds. */
  static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
