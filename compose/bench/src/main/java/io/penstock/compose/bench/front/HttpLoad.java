package io.penstock.compose.bench.front;

import io.penstock.compose.bench.load.EpochMicros;
import io.penstock.compose.bench.load.OpenLoop;
import io.penstock.compose.bench.load.Pacing;
import io.penstock.compose.bench.load.RequestLog;
import io.penstock.compose.bench.load.RequestLog.Moment;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/** Sends chat completions over HTTP on schedule, and notes when their answers came. */
public final class HttpLoad implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).executor(threads).build();
  private int rounds;

  /** Waits for whole answers: {@code VISIBLE} is when the body was read. */
  public RequestLog waiting(URI base, String model, double rate, Duration time)
      throws InterruptedException {
    return run(base, body(model, ""), rate, time, this::await);
  }

  /**
   * The same, round after round without a pause, while it is asked to go on.
   *
   * @param round how long each is
   */
  public List<RequestLog> waitingWhile(
      BooleanSupplier goesOn, URI base, String model, double rate, Duration round)
      throws InterruptedException {
    List<RequestLog> logs = new ArrayList<>();
    while (goesOn.getAsBoolean()) {
      logs.add(send(base, body(model, ""), rate, round, this::await));
    }
    for (RequestLog log : logs) {
      log.await(PATIENCE);
    }
    return logs;
  }

  /** Reads streams: {@code STARTED} is the first chunk, {@code VISIBLE} the end of all. */
  RequestLog streaming(URI base, String model, double rate, Duration time)
      throws InterruptedException {
    return run(base, body(model, ",\"stream\":true," + StubServer.PACED), rate, time, this::read);
  }

  private interface Call {
    boolean make(HttpRequest request, RequestLog log, int number) throws Exception;
  }

  private RequestLog run(URI base, String body, double rate, Duration time, Call call)
      throws InterruptedException {
    RequestLog log = send(base, body, rate, time, call);
    log.await(PATIENCE);
    return log;
  }

  private RequestLog send(URI base, String body, double rate, Duration time, Call call)
      throws InterruptedException {
    Pacing pacing = new Pacing(rate);
    RequestLog log = new RequestLog("h" + rounds++, pacing.count(time));
    HttpRequest request = request(base, body);
    OpenLoop.run(
        log,
        pacing,
        number ->
            threads.execute(
                () -> {
                  boolean good;
                  try {
                    good = call.make(request, log, number);
                  } catch (Exception failed) {
                    good = false;
                  }
                  boolean _ = log.result(number, good, EpochMicros.now());
                }));
    return log;
  }

  private boolean await(HttpRequest request, RequestLog log, int number) throws Exception {
    HttpResponse<byte[]> answer = client.send(request, BodyHandlers.ofByteArray());
    return answer.statusCode() == 200 && answer.body().length > 0;
  }

  private boolean read(HttpRequest request, RequestLog log, int number) throws Exception {
    HttpResponse<Stream<String>> answer = client.send(request, BodyHandlers.ofLines());
    boolean done = false;
    try (Stream<String> lines = answer.body()) {
      for (String line : (Iterable<String>) lines::iterator) {
        if (line.startsWith("data: {") && log.when(number, Moment.STARTED) == 0) {
          log.at(number, Moment.STARTED, EpochMicros.now());
        }
        done |= line.equals("data: [DONE]");
      }
    }
    return done;
  }

  private static HttpRequest request(URI base, String body) {
    return HttpRequest.newBuilder(base.resolve("/v1/chat/completions"))
        .header("content-type", "application/json")
        .header("penstock-class", "interactive")
        .timeout(PATIENCE)
        .POST(BodyPublishers.ofString(body))
        .build();
  }

  private static String body(String model, String more) {
    return "{\"model\":\"%s\",\"messages\":[{\"role\":\"user\",\"content\":\"What is a penstock?\"}],\"max_tokens\":16%s}"
        .formatted(model, more);
  }

  @Override
  public void close() {
    client.shutdownNow();
    threads.shutdownNow();
  }
}
