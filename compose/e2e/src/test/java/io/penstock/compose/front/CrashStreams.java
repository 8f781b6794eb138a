package io.penstock.compose.front;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.penstock.schemas.InferenceResult;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/** Readers of streamed responses in the background, who go on at any instance after each cut. */
final class CrashStreams implements CrashLoad {

  private final FrontFleet fleet;
  private final String model;
  private final AtomicInteger numbers = new AtomicInteger();
  private final Collection<Reading> all = new ConcurrentLinkedQueue<>();

  CrashStreams(FrontFleet fleet, String model) {
    this.fleet = fleet;
    this.model = model;
  }

  /** A piece of text and its number. */
  private record Piece(long number, String text) {}

  /** What a reader has, over all that it read. Only the reader uses it until it has ended. */
  private static final class Reading {

    private final String name;
    private final List<Piece> pieces = new ArrayList<>();
    private String id = "";
    private long number = -1;
    private int legs;
    private int interruptions;
    private boolean ended;

    Reading(String name) {
      this.name = name;
    }

    /** Reads so many events, or to the end. */
    void read(Stream<String> lines, int most) throws IOException {
      legs++;
      Iterator<String> data =
          lines
              .filter(line -> line.startsWith("data: "))
              .map(line -> line.substring("data: ".length()))
              .iterator();
      for (int count = 0; count < most && !ended && data.hasNext(); count++) {
        take(FrontCalls.JSON.readTree(data.next()));
      }
    }

    private void take(JsonNode event) {
      String type = event.path("type").asText();
      if (type.equals("error")) {
        interrupted(event);
        return;
      }
      long next = event.path("sequence_number").asLong(-1);
      assertThat(next).as("%s after %d of %s", event, number, name).isGreaterThan(number);
      number = next;
      if (type.equals("response.output_text.delta")) {
        pieces.add(new Piece(next, event.path("delta").asText()));
      }
      assertThat(type).as("%s of %s", event, name).isNotEqualTo("response.failed");
      ended = type.equals("response.completed") || type.equals("response.incomplete");
    }

    /** Where its attempt is lost, a reader has to read anew. */
    private void interrupted(JsonNode event) {
      assertThat(event.path("sequence_number").asLong())
          .as("%s of %s", event, name)
          .isEqualTo(number);
      if (event.path("code").asText().equals("stream_interrupted") && ++interruptions % 5 == 0) {
        pieces.clear();
        number = -1;
      }
    }

    String text() {
      return String.join("", pieces.stream().map(Piece::text).toList());
    }
  }

  @Override
  public void step(RandomGenerator random) throws Exception {
    Reading reading = new Reading("stream-" + numbers.incrementAndGet());
    String body =
        "{\"model\":\"%s\",\"input\":\"Hi\",\"max_output_tokens\":%d,\"user\":\"%s\",\"background\":true,\"stream\":true}"
            .formatted(model, random.nextInt(20, 300), reading.name);
    while (!reading.ended) {
      int most = random.nextBoolean() ? random.nextInt(1, 80) : Integer.MAX_VALUE;
      FrontCalls front = fleet.any(random);
      HttpRequest.Builder request =
          reading.id.isEmpty()
              ? front
                  .request("/v1/responses", "idempotency-key", reading.name)
                  .POST(HttpRequest.BodyPublishers.ofString(body))
              : front.request(path(reading)).GET();
      leg(reading, front, request, most);
    }
    all.add(reading);
  }

  private static String path(Reading reading) {
    String path = "/v1/responses/" + reading.id + "?stream=true";
    return reading.number < 0 ? path : path + "&starting_after=" + reading.number;
  }

  private void leg(Reading reading, FrontCalls front, HttpRequest.Builder request, int most)
      throws Exception {
    try {
      HttpResponse<Stream<String>> answer = front.lines(request);
      try (Stream<String> lines = answer.body()) {
        if (answer.statusCode() == 200) {
          reading.id = FrontCalls.id(answer);
          reading.read(lines, most);
          return;
        }
        assertThat(answer.statusCode())
            .as(() -> "%s: %s".formatted(reading.name, lines.toList()))
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
    for (Reading each : all) {
      assertThat(results.getOrDefault(each.id, List.of())).as("results of %s", each.id).hasSize(1);
      InferenceResult result = results.get(each.id).getFirst();
      String whole =
          FrontCalls.JSON
              .readTree(UTF_8.decode(result.getBody().orElseThrow().duplicate()).toString())
              .at("/choices/0/message/content")
              .asText();
      assertThat(each.text())
          .as("what was read of %s in %d legs", each.id, each.legs)
          .isEqualTo(whole);
      assertThat(each.pieces).as("pieces of %s", each.id).isEqualTo(anew(random, each.id).pieces);
      HttpResponse<String> stored =
          fleet.persistently(random, front -> front.get("/v1/responses/" + each.id));
      assertThat(FrontCalls.json(stored).at("/output/0/content/0/text").asText()).isEqualTo(whole);
      if (result.getAttempts() == 1) {
        assertThat(each.interruptions).as("interruptions of %s", each.id).isZero();
      }
    }
  }

  private Reading anew(RandomGenerator random, String id) throws Exception {
    Reading reading = new Reading(id + " anew");
    reading.id = id;
    while (!reading.ended) {
      FrontCalls front = fleet.any(random);
      leg(reading, front, front.request(path(reading)).GET(), Integer.MAX_VALUE);
    }
    return reading;
  }

  @Override
  public String summary() {
    return "%d streams read in %d legs"
        .formatted(all.size(), all.stream().mapToInt(each -> each.legs).sum());
  }

  /** Whether a stream was read in several legs. */
  @Override
  public boolean isVaried() {
    return all.stream().anyMatch(each -> each.legs > 1);
  }
}
