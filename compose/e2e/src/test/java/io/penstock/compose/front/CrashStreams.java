package io.penstock.compose.front;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.penstock.compose.bench.faults.load.ResponseReading;
import io.penstock.schemas.InferenceResult;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/** Readers of streamed responses in the background, who go on at any instance after each cut. */
final class CrashStreams implements CrashLoad {

  private static final ResponseReading.Judgement PROMISES = new Promises();

  private final FrontFleet fleet;
  private final String model;
  private final AtomicInteger numbers = new AtomicInteger();
  private final Collection<ResponseReading> all = new ConcurrentLinkedQueue<>();

  CrashStreams(FrontFleet fleet, String model) {
    this.fleet = fleet;
    this.model = model;
  }

  /** Whatever breaks, events follow one another and no response fails. */
  private static final class Promises implements ResponseReading.Judgement {

    @Override
    public void event(ResponseReading reading, String type, JsonNode event) {
      assertThat(ResponseReading.number(event))
          .as("%s after %d of %s", event, reading.last(), reading.name())
          .isGreaterThan(reading.last());
      assertThat(type).as("%s of %s", event, reading.name()).isNotEqualTo("response.failed");
    }

    @Override
    public boolean error(ResponseReading reading, JsonNode error) {
      assertThat(error.path("sequence_number").asLong())
          .as("%s of %s", error, reading.name())
          .isEqualTo(reading.last());
      return error.path("code").asText().equals("stream_interrupted");
    }
  }

  @Override
  public void step(RandomGenerator random) throws Exception {
    ResponseReading reading = new ResponseReading("stream-" + numbers.incrementAndGet(), PROMISES);
    String body =
        "{\"model\":\"%s\",\"input\":\"Hi\",\"max_output_tokens\":%d,\"user\":\"%s\",\"background\":true,\"stream\":true}"
            .formatted(model, random.nextInt(20, 300), reading.name());
    while (!reading.isEnded()) {
      int most = random.nextBoolean() ? random.nextInt(1, 80) : Integer.MAX_VALUE;
      FrontCalls front = fleet.any(random);
      HttpRequest.Builder request =
          reading.id().isEmpty()
              ? front
                  .request("/v1/responses", "idempotency-key", reading.name())
                  .POST(HttpRequest.BodyPublishers.ofString(body))
              : front.request(reading.path()).GET();
      leg(reading, front, request, most);
    }
    all.add(reading);
  }

  private void leg(ResponseReading reading, FrontCalls front, HttpRequest.Builder request, int most)
      throws Exception {
    try {
      HttpResponse<Stream<String>> answer = front.lines(request);
      try (Stream<String> lines = answer.body()) {
        if (answer.statusCode() == 200) {
          reading.identify(FrontCalls.id(answer));
          reading.read(lines, most);
          return;
        }
        assertThat(answer.statusCode())
            .as(() -> "%s: %s".formatted(reading.name(), lines.toList()))
            .isIn(429, 502, 503, 504);
      }
    } catch (IOException | UncheckedIOException lost) {
      // It goes on at another one.
    }
    fleet.retried();
    Thread.sleep(100);
  }

  @Override
  public void verify(RandomGenerator random, Map<String, List<InferenceResult>> results)
      throws Exception {
    for (ResponseReading each : all) {
      assertThat(results.getOrDefault(each.id(), List.of()))
          .as("results of %s", each.id())
          .hasSize(1);
      InferenceResult result = results.get(each.id()).getFirst();
      String whole =
          FrontCalls.JSON
              .readTree(UTF_8.decode(result.getBody().orElseThrow().duplicate()).toString())
              .at("/choices/0/message/content")
              .asText();
      assertThat(each.text())
          .as("what was read of %s in %d legs", each.id(), each.legs())
          .isEqualTo(whole);
      assertThat(each.pieces())
          .as("pieces of %s", each.id())
          .isEqualTo(anew(random, each.id()).pieces());
      HttpResponse<String> stored =
          fleet.persistently(random, front -> front.get("/v1/responses/" + each.id()));
      assertThat(FrontCalls.json(stored).at("/output/0/content/0/text").asText()).isEqualTo(whole);
      if (result.getAttempts() == 1) {
        assertThat(each.interruptions()).as("interruptions of %s", each.id()).isZero();
      }
    }
  }

  private ResponseReading anew(RandomGenerator random, String id) throws Exception {
    ResponseReading reading = new ResponseReading(id + " anew", PROMISES);
    reading.identify(id);
    while (!reading.isEnded()) {
      FrontCalls front = fleet.any(random);
      leg(reading, front, front.request(reading.path()).GET(), Integer.MAX_VALUE);
    }
    return reading;
  }

  @Override
  public String summary() {
    return "%d streams read in %d legs"
        .formatted(all.size(), all.stream().mapToInt(ResponseReading::legs).sum());
  }

  /** Whether a stream was read in several legs. */
  @Override
  public boolean isVaried() {
    return all.stream().anyMatch(each -> each.legs() > 1);
  }
}
