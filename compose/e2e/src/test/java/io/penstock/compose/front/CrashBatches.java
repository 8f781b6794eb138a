package io.penstock.compose.front;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.penstock.schemas.InferenceResult;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/** Clients that upload files, make batches of them, follow these, and cancel some. */
final class CrashBatches implements CrashLoad {

  private static final Set<String> ENDS = Set.of("completed", "cancelled", "failed", "expired");
  private static final int BAD_EVERY = 10;
  private static final int CANCELLED_EVERY = 3;

  private final FrontFleet fleet;
  private final String model;
  private final AtomicInteger numbers = new AtomicInteger();
  private final Collection<Made> all = new ConcurrentLinkedQueue<>();

  /**
   * A batch that has ended.
   *
   * @param lines how many requests it has
   * @param cancelled whether its client has asked to cancel it
   * @param end as the API showed it then
   */
  private record Made(String id, String name, int lines, boolean cancelled, JsonNode end) {

    List<String> customIds() {
      return IntStream.rangeClosed(1, lines).mapToObj(line -> name + "-" + line).toList();
    }
  }

  CrashBatches(FrontFleet fleet, String model) {
    this.fleet = fleet;
    this.model = model;
  }

  /** The ids of all that were made. */
  List<String> ids() {
    return all.stream().map(Made::id).toList();
  }

  @Override
  public void step(RandomGenerator random) throws Exception {
    int number = numbers.incrementAndGet();
    String name = "batch-" + number;
    int count = random.nextInt(60, 300);
    String lines = lines(random, name, count);
    String file = ok(fleet.persistently(random, front -> front.upload(lines))).path("id").asText();
    String id =
        ok(fleet.persistently(random, front -> front.batch(file, "idempotency-key", name)))
            .path("id")
            .asText();
    int cancelAt = cancelAt(random, number, count);
    boolean cancelled = false;
    JsonNode now = shown(random, id);
    while (!ENDS.contains(now.path("status").asText())) {
      if (!cancelled && now.at("/request_counts/completed").asInt() >= cancelAt) {
        // Whoever cancels twice is told that it is so already, and that it is too late in the end.
        HttpResponse<String> told =
            fleet.persistently(random, front -> front.post("/v1/batches/" + id + "/cancel", ""));
        assertThat(told.statusCode()).as(told.body()).isIn(200, 409);
        cancelled = true;
      }
      Thread.sleep(random.nextInt(100, 500));
      now = shown(random, id);
    }
    all.add(new Made(id, name, count, cancelled, now));
  }

  /**
   * How many requests of a batch are done when it is cancelled, if ever: of the first one to be
   * cancelled just one, so that it has not ended by then.
   */
  private static int cancelAt(RandomGenerator random, int number, int count) {
    if (number % CANCELLED_EVERY != 0) {
      return Integer.MAX_VALUE;
    }
    return number % 2 == 0 ? random.nextInt(count) : 1;
  }

  private String lines(RandomGenerator random, String name, int count) {
    StringBuilder lines = new StringBuilder();
    for (int line = 1; line <= count; line++) {
      // The engine refuses what has no messages.
      String messages = isBad(line) ? "" : "\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}],";
      lines.append(
          "{\"custom_id\":\"%s-%d\",\"method\":\"POST\",\"url\":\"/v1/chat/completions\",\"body\":{%s\"model\":\"%s\",\"max_tokens\":%d}}\n"
              .formatted(name, line, messages, model, random.nextInt(2, 12)));
    }
    return lines.toString();
  }

  private static boolean isBad(int line) {
    return line % BAD_EVERY == 0;
  }

  private JsonNode shown(RandomGenerator random, String id) throws Exception {
    return ok(fleet.persistently(random, front -> front.get("/v1/batches/" + id)));
  }

  private static JsonNode ok(HttpResponse<String> answer) throws Exception {
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return FrontCalls.json(answer);
  }

  @Override
  public void verify(RandomGenerator random, Map<String, List<InferenceResult>> results)
      throws Exception {
    assertThat(listed(random)).containsExactlyInAnyOrderElementsOf(ids());
    for (Made each : all) {
      verify(random, each, results);
    }
  }

  /** Each line is in exactly one of the two files, its own answer in the output. */
  private void verify(
      RandomGenerator random, Made batch, Map<String, List<InferenceResult>> results)
      throws Exception {
    JsonNode end = shown(random, batch.id());
    assertThat(end).isEqualTo(batch.end());
    assertThat(end.path("status").asText())
        .as(end.toString())
        .isIn(batch.cancelled() ? Set.of("completed", "cancelled") : Set.of("completed"));
    List<JsonNode> output = content(random, end, "output_file_id");
    List<JsonNode> errors = content(random, end, "error_file_id");
    List<String> customIds = new ArrayList<>();
    output.forEach(line -> customIds.add(line.path("custom_id").asText()));
    errors.forEach(line -> customIds.add(line.path("custom_id").asText()));
    assertThat(customIds)
        .as("lines of %s", batch.id())
        .containsExactlyInAnyOrderElementsOf(batch.customIds());
    for (JsonNode line : output) {
      String customId = line.path("custom_id").asText();
      int number = Integer.parseInt(customId.substring(customId.lastIndexOf('-') + 1));
      assertThat(isBad(number)).as(line.toString()).isFalse();
      assertThat(line.at("/response/body/id").asText())
          .isEqualTo("simulated-%s.%d", batch.id(), number);
      assertThat(results.get(batch.id() + "." + number)).as(line.toString()).hasSize(1);
    }
    if (end.path("status").asText().equals("completed")) {
      assertThat(errors).as("errors of %s", batch.id()).hasSize(batch.lines() / BAD_EVERY);
    }
    JsonNode counts = end.path("request_counts");
    assertThat(counts.path("total").asInt()).as(end.toString()).isEqualTo(batch.lines());
    assertThat(counts.path("completed").asInt()).as(end.toString()).isEqualTo(output.size());
    assertThat(counts.path("failed").asInt()).as(end.toString()).isEqualTo(errors.size());
    assertThat(end.at("/usage/total_tokens").asLong())
        .as(end.toString())
        .isEqualTo(
            output.stream()
                .mapToLong(line -> line.at("/response/body/usage/total_tokens").asLong())
                .sum());
  }

  private List<JsonNode> content(RandomGenerator random, JsonNode batch, String file)
      throws Exception {
    if (!batch.hasNonNull(file)) {
      return List.of();
    }
    HttpResponse<String> content =
        fleet.persistently(
            random, front -> front.get("/v1/files/" + batch.path(file).asText() + "/content"));
    assertThat(content.statusCode()).as(content.body()).isEqualTo(200);
    List<JsonNode> lines = new ArrayList<>();
    for (String line : content.body().lines().toList()) {
      lines.add(FrontCalls.JSON.readTree(line));
    }
    return lines;
  }

  /** The ids of all batches, by pages. */
  private List<String> listed(RandomGenerator random) throws Exception {
    List<String> ids = new ArrayList<>();
    String after = "";
    while (true) {
      String path = "/v1/batches?limit=100" + after;
      JsonNode page = ok(fleet.persistently(random, front -> front.get(path)));
      page.path("data").forEach(batch -> ids.add(batch.path("id").asText()));
      if (!page.path("has_more").asBoolean()) {
        return ids;
      }
      after = "&after=" + ids.getLast();
    }
  }

  @Override
  public boolean isVaried() {
    return all.stream().anyMatch(Made::cancelled)
        && all.stream().anyMatch(each -> !each.cancelled());
  }

  @Override
  public String summary() {
    return "%d batches of %d lines, of which %d were cancelled"
        .formatted(
            all.size(),
            all.stream().mapToInt(Made::lines).sum(),
            all.stream().filter(Made::cancelled).count());
  }
}
