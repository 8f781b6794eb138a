package io.penstock.compose.bench.faults.load;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;

/** Clients that upload a file, make a batch of it, follow it to its end, and count its lines. */
final class WatchedBatches implements FrontClient {

  private static final Set<String> ENDS = Set.of("completed", "cancelled", "failed", "expired");
  private static final Duration LOOK = Duration.ofMillis(500);
  private static final int LEAST_LINES = 60;
  private static final int MOST_LINES = 200;

  private final FrontCalls calls;
  private final String model;
  private final AtomicLong numbers = new AtomicLong();
  private final AtomicLong ended = new AtomicLong();
  private final AtomicLong answered = new AtomicLong();

  WatchedBatches(FrontCalls calls, String model) {
    this.calls = calls;
    this.model = model;
  }

  @Override
  public void step(RandomGenerator random) throws IOException, InterruptedException {
    String name = "batch-" + numbers.incrementAndGet();
    int count = random.nextInt(LEAST_LINES, MOST_LINES);
    String file = calls.ok(calls.upload(lines(random, name, count))).path("id").asText();
    String made =
        "{\"input_file_id\":\"%s\",\"endpoint\":\"/v1/chat/completions\",\"completion_window\":\"24h\"}"
            .formatted(file);
    String id =
        calls
            .ok(calls.post("/v1/batches", made).header("idempotency-key", name))
            .path("id")
            .asText();
    JsonNode now = calls.ok(calls.get("/v1/batches/" + id));
    while (!ENDS.contains(now.path("status").asText())) {
      Thread.sleep(LOOK);
      try {
        now = calls.ok(calls.get("/v1/batches/" + id));
      } catch (FrontCalls.GaveUpException e) {
        throw new IllegalStateException("batch %s has not ended: %s".formatted(id, now), e);
      }
    }
    verify(name, count, now);
    ended.incrementAndGet();
    answered.addAndGet(count);
  }

  private String lines(RandomGenerator random, String name, int count) {
    StringBuilder lines = new StringBuilder();
    for (int line = 1; line <= count; line++) {
      lines.append(
          "{\"custom_id\":\"%s\",\"method\":\"POST\",\"url\":\"/v1/chat/completions\",\"body\":%s}\n"
              .formatted(customId(name, line), FrontCalls.chat(model, random.nextInt(4, 16))));
    }
    return lines.toString();
  }

  private static String customId(String name, int line) {
    return name + "-" + line;
  }

  /** Each line is answered once, in one of the two files. */
  private void verify(String name, int count, JsonNode batch)
      throws IOException, InterruptedException {
    if (!batch.path("status").asText().equals("completed")) {
      throw new IllegalStateException(
          "%s ended otherwise than completed: %s".formatted(name, batch));
    }
    Set<String> seen = new HashSet<>();
    int output = take(seen, batch, "output_file_id");
    int errors = take(seen, batch, "error_file_id");
    for (int line = 1; line <= count; line++) {
      if (!seen.remove(customId(name, line))) {
        throw new IllegalStateException(
            "line %d of %s is in neither file of %s".formatted(line, name, batch));
      }
    }
    if (!seen.isEmpty() || output + errors != count) {
      throw new IllegalStateException(
          "%s has %d lines and %d + %d in its files, of which %s are strangers: %s"
              .formatted(name, count, output, errors, seen, batch));
    }
    JsonNode counts = batch.path("request_counts");
    if (counts.path("completed").asInt() != output || counts.path("failed").asInt() != errors) {
      throw new IllegalStateException(
          "%s counts otherwise than its files with %d and %d lines: %s"
              .formatted(name, output, errors, batch));
    }
  }

  private int take(Set<String> seen, JsonNode batch, String file)
      throws IOException, InterruptedException {
    if (!batch.hasNonNull(file)) {
      return 0;
    }
    HttpResponse<String> content =
        calls.persistently(calls.get("/v1/files/" + batch.path(file).asText() + "/content"));
    if (content.statusCode() != 200) {
      throw new IllegalStateException(
          "%s of %s was answered %d: %s"
              .formatted(file, batch, content.statusCode(), content.body()));
    }
    int count = 0;
    for (String line : content.body().lines().toList()) {
      String customId = FrontCalls.JSON.readTree(line).path("custom_id").asText();
      if (!seen.add(customId)) {
        throw new IllegalStateException(
            "%s stands twice in the files of %s".formatted(customId, batch));
      }
      count++;
    }
    return count;
  }

  /** Lines of the batches that have ended. */
  long lines() {
    return answered.get();
  }

  @Override
  public long done() {
    return ended.get();
  }
}
