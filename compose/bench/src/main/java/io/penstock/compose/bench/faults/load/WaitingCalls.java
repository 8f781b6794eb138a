package io.penstock.compose.bench.faults.load;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;

/** Clients that wait for an answer, and ask again under the same key when they lose it. */
final class WaitingCalls implements FrontClient {

  private static final int LEAST_PAUSE_MILLIS = 50;
  private static final int MOST_PAUSE_MILLIS = 500;

  private final FrontCalls calls;
  private final String model;
  private final AtomicLong numbers = new AtomicLong();
  private final AtomicLong answered = new AtomicLong();
  private final Set<String> ids = ConcurrentHashMap.newKeySet();

  WaitingCalls(FrontCalls calls, String model) {
    this.calls = calls;
    this.model = model;
  }

  @Override
  public void step(RandomGenerator random) throws IOException, InterruptedException {
    String key = "call-" + numbers.incrementAndGet();
    HttpResponse<String> answer =
        calls.persistently(
            calls
                .post("/v1/chat/completions", FrontCalls.chat(model, random.nextInt(8, 30)))
                .header("penstock-deadline", DirectLoad.DEADLINE.toHours() + "h")
                .header("idempotency-key", key));
    if (answer.statusCode() != 200) {
      throw new IllegalStateException(
          "%s (%s) was answered %d: %s"
              .formatted(key, FrontCalls.id(answer), answer.statusCode(), answer.body()));
    }
    if (!ids.add(FrontCalls.id(answer))) {
      throw new IllegalStateException(
          "%s has the id '%s' of another call".formatted(key, FrontCalls.id(answer)));
    }
    answered.incrementAndGet();
    Thread.sleep(Duration.ofMillis(random.nextInt(LEAST_PAUSE_MILLIS, MOST_PAUSE_MILLIS)));
  }

  /** The ids of the calls that were answered. */
  Set<String> ids() {
    return Set.copyOf(ids);
  }

  @Override
  public long done() {
    return answered.get();
  }
}
