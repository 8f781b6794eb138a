package io.penstock.compose.bench.faults.load;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/** Readers of streamed responses, who go on at any front after each cut, from where they were. */
final class ResumedStreams implements FrontClient {

  private static final Set<String> FAILURES = Set.of("response.failed", "response.cancelled");

  private final FrontCalls calls;
  private final String model;
  private final Promises promises = new Promises();
  private final AtomicLong numbers = new AtomicLong();
  private final AtomicLong whole = new AtomicLong();
  private final AtomicLong resumed = new AtomicLong();
  private final AtomicLong interrupted = new AtomicLong();

  ResumedStreams(FrontCalls calls, String model) {
    this.calls = calls;
    this.model = model;
  }

  /** Whatever breaks, events follow one another and the response is completed. */
  private final class Promises implements ResponseReading.Judgement {

    @Override
    public void event(ResponseReading reading, String type, JsonNode event) {
      if (ResponseReading.number(event) <= reading.last()) {
        throw new IllegalStateException(
            "stream %s (%s) had %s after event %d"
                .formatted(reading.name(), reading.id(), event, reading.last()));
      }
      if (FAILURES.contains(type)) {
        throw new IllegalStateException(
            "stream %s (%s) ended with %s".formatted(reading.name(), reading.id(), event));
      }
    }

    @Override
    public boolean error(ResponseReading reading, JsonNode error) {
      if (error.path("code").asText().isEmpty()) {
        throw new IllegalStateException(
            "stream %s (%s) ended with an error without a code: %s"
                .formatted(reading.name(), reading.id(), error));
      }
      interrupted.incrementAndGet();
      return true;
    }
  }

  @Override
  public void step(RandomGenerator random) throws IOException, InterruptedException {
    ResponseReading reading = new ResponseReading("stream-" + numbers.incrementAndGet(), promises);
    String body =
        "{\"model\":\"%s\",\"input\":\"What is a penstock?\",\"max_output_tokens\":%d,\"background\":true,\"stream\":true}"
            .formatted(model, random.nextInt(20, 300));
    while (!reading.isEnded()) {
      leg(
          reading,
          reading.id().isEmpty()
              ? calls
                  .post("/v1/responses", body)
                  .header("penstock-deadline", DirectLoad.DEADLINE.toHours() + "h")
                  .header("idempotency-key", reading.name())
              : calls.get(reading.path()));
    }
    resumed.addAndGet(reading.legs() > 1 ? 1 : 0);
    verify(reading);
    whole.incrementAndGet();
  }

  private void leg(ResponseReading reading, HttpRequest.Builder call)
      throws IOException, InterruptedException {
    try {
      HttpResponse<Stream<String>> answer = calls.lines(call);
      try (Stream<String> lines = answer.body()) {
        if (answer.statusCode() == 200) {
          if (reading.id().isEmpty()) {
            reading.identify(FrontCalls.id(answer));
          }
          reading.read(lines);
          if (reading.isEnded()) {
            return;
          }
        } else if (!FrontCalls.NOT_NOW.contains(answer.statusCode())) {
          throw new IllegalStateException(
              "stream %s (%s) was answered %d: %s"
                  .formatted(
                      reading.name(), reading.id(), answer.statusCode(), lines.limit(5).toList()));
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
  private void verify(ResponseReading reading) throws IOException, InterruptedException {
    JsonNode stored = calls.ok(calls.get("/v1/responses/" + reading.id()));
    String answer = stored.at("/output/0/content/0/text").asText();
    String read = reading.text();
    if (!answer.equals(read)) {
      throw new IllegalStateException(
          "stream %s (%s), read in %d legs, has %d characters; the answer has %d"
              .formatted(
                  reading.name(), reading.id(), reading.legs(), read.length(), answer.length()));
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
