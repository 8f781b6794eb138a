package io.penstock.compose.bench.faults.load;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Iterator;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/** Readers of streamed responses, who go on at any front after each cut, from where they were. */
final class ResumedStreams implements FrontClient {

  private static final Set<String> ENDS = Set.of("response.completed", "response.incomplete");

  private static final int PATIENT_TIMES = 5;

  private final FrontCalls calls;
  private final String model;
  private final AtomicLong numbers = new AtomicLong();
  private final AtomicLong whole = new AtomicLong();
  private final AtomicLong resumed = new AtomicLong();
  private final AtomicLong interrupted = new AtomicLong();

  ResumedStreams(FrontCalls calls, String model) {
    this.calls = calls;
    this.model = model;
  }

  /** What a reader has, over all that it read. */
  private final class Reading {

    private final String key;
    private final StringBuilder text = new StringBuilder();
    private String id = "";
    private long number = -1;
    private int legs;
    private int interruptions;
    private boolean ended;

    Reading(String key) {
      this.key = key;
    }

    void read(Stream<String> lines) throws IOException {
      legs++;
      Iterator<String> data =
          lines
              .filter(line -> line.startsWith("data: "))
              .map(line -> line.substring("data: ".length()))
              .iterator();
      while (!ended && data.hasNext()) {
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
      if (next <= number) {
        throw new IllegalStateException(
            "stream %s (%s) had %s after event %d".formatted(key, id, event, number));
      }
      number = next;
      if (type.equals("response.output_text.delta")) {
        text.append(event.path("delta").asText());
      }
      if (type.equals("response.failed") || type.equals("response.cancelled")) {
        throw new IllegalStateException("stream %s (%s) ended with %s".formatted(key, id, event));
      }
      ended = ENDS.contains(type);
    }

    /**
     * The attempt that it read may be lost. Another may give the same text, in which case it goes
     * on; if it is told so again and again, it begins anew.
     */
    private void interrupted(JsonNode event) {
      if (event.path("code").asText().isEmpty()) {
        throw new IllegalStateException(
            "stream %s (%s) ended with an error without a code: %s".formatted(key, id, event));
      }
      interrupted.incrementAndGet();
      if (++interruptions % PATIENT_TIMES == 0) {
        text.setLength(0);
        number = -1;
      }
    }

    String path() {
      String path = "/v1/responses/" + id + "?stream=true";
      return number < 0 ? path : path + "&starting_after=" + number;
    }
  }

  @Override
  public void step(RandomGenerator random) throws IOException, InterruptedException {
    Reading reading = new Reading("stream-" + numbers.incrementAndGet());
    String body =
        "{\"model\":\"%s\",\"input\":\"What is a penstock?\",\"max_output_tokens\":%d,\"background\":true,\"stream\":true}"
            .formatted(model, random.nextInt(20, 300));
    while (!reading.ended) {
      leg(
          reading,
          reading.id.isEmpty()
              ? calls
                  .post("/v1/responses", body)
                  .header("penstock-deadline", DirectLoad.DEADLINE.toHours() + "h")
                  .header("idempotency-key", reading.key)
              : calls.get(reading.path()));
    }
    resumed.addAndGet(reading.legs > 1 ? 1 : 0);
    verify(reading);
    whole.incrementAndGet();
  }

  private void leg(Reading reading, HttpRequest.Builder call)
      throws IOException, InterruptedException {
    try {
      HttpResponse<Stream<String>> answer = calls.lines(call);
      try (Stream<String> lines = answer.body()) {
        if (answer.statusCode() == 200) {
          if (reading.id.isEmpty()) {
            reading.id = FrontCalls.id(answer);
          }
          reading.read(lines);
          if (reading.ended) {
            return;
          }
        } else if (!FrontCalls.NOT_NOW.contains(answer.statusCode())) {
          throw new IllegalStateException(
              "stream %s (%s) was answered %d: %s"
                  .formatted(
                      reading.key, reading.id, answer.statusCode(), lines.limit(5).toList()));
        }
      }
    } catch (FrontCalls.GaveUpException e) {
      throw e;
    } catch (IOException | UncheckedIOException lost) {
      // It goes on at another one.
    }
    calls.again();
  }

  /** What was read in all its legs is the answer that is kept. */
  private void verify(Reading reading) throws IOException, InterruptedException {
    JsonNode stored = calls.ok(calls.get("/v1/responses/" + reading.id));
    String answer = stored.at("/output/0/content/0/text").asText();
    if (!answer.contentEquals(reading.text)) {
      throw new IllegalStateException(
          "stream %s (%s), read in %d legs, has %d characters; the answer has %d"
              .formatted(
                  reading.key, reading.id, reading.legs, reading.text.length(), answer.length()));
    }
  }

  /** Streams that were read in several legs. */
  long resumed() {
    return resumed.get();
  }

  /** Times that a stream named an error. */
  long interrupted() {
    return interrupted.get();
  }

  @Override
  public long done() {
    return whole.get();
  }
}
