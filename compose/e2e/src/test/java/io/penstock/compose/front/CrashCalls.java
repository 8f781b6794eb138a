package io.penstock.compose.front;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.schemas.InferenceRequest;
import io.penstock.schemas.InferenceResult;
import io.penstock.schemas.TerminalStatus;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * Clients that wait for answers: some name their calls and try again, some do not and may lose an
 * answer with their connection, and some submit first and ask later.
 */
final class CrashCalls implements CrashLoad {

  private static final String CHAT = "/v1/chat/completions";

  private final FrontFleet fleet;
  private final String model;
  private final Supplier<Collection<InferenceRequest>> requests;
  private final AtomicInteger numbers = new AtomicInteger();
  private final Collection<Asked> all = new ConcurrentLinkedQueue<>();

  /** How a client calls. */
  private enum Way {
    /** Once, whatever comes of it. */
    ONCE,
    /** Under a key, until it is answered. */
    NAMED,
    /** Likewise, but it submits first and asks for the result later. */
    SUBMITTED
  }

  /**
   * A call that was made.
   *
   * @param user stands in its body, and in no other's
   * @param id empty if the answer was lost
   * @param answer its body, likewise
   */
  private record Asked(String user, Way way, Optional<String> id, Optional<String> answer) {}

  /**
   * @param requests reads all that were written
   */
  CrashCalls(FrontFleet fleet, String model, Supplier<Collection<InferenceRequest>> requests) {
    this.fleet = fleet;
    this.model = model;
    this.requests = requests;
  }

  @Override
  public void step(RandomGenerator random) throws Exception {
    int number = numbers.incrementAndGet();
    String user = "call-" + number;
    Way way = Way.values()[number % Way.values().length];
    String body =
        "{\"model\":\"%s\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}],\"max_tokens\":%d,\"user\":\"%s\"}"
            .formatted(model, random.nextInt(5, 60), user);
    all.add(
        switch (way) {
          case ONCE -> once(random, user, body);
          case NAMED -> named(random, user, body);
          case SUBMITTED -> submitted(random, user, body);
        });
    Thread.sleep(random.nextInt(50, 400));
  }

  private Asked once(RandomGenerator random, String user, String body) throws Exception {
    try {
      HttpResponse<String> answer = fleet.any(random).post(CHAT, body);
      if (answer.statusCode() == 200) {
        return answered(user, Way.ONCE, answer);
      }
      assertThat(answer.statusCode()).as(answer.body()).isIn(429, 503, 504);
    } catch (IOException lost) {
      // Whether it was submitted is seen in the end.
    }
    return new Asked(user, Way.ONCE, Optional.empty(), Optional.empty());
  }

  private Asked named(RandomGenerator random, String user, String body) throws Exception {
    HttpResponse<String> answer =
        fleet.persistently(random, front -> front.post(CHAT, body, "idempotency-key", user));
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return answered(user, Way.NAMED, answer);
  }

  private Asked submitted(RandomGenerator random, String user, String body) throws Exception {
    HttpResponse<String> taken =
        fleet.persistently(
            random,
            front ->
                front.post(
                    "/v1/requests", body, "idempotency-key", user, "penstock-endpoint", CHAT));
    assertThat(taken.statusCode()).as(taken.body()).isEqualTo(202);
    return answered(user, Way.SUBMITTED, result(random, FrontCalls.id(taken)));
  }

  private HttpResponse<String> result(RandomGenerator random, String id) throws Exception {
    while (true) {
      HttpResponse<String> answer =
          fleet.persistently(random, front -> front.get("/v1/requests/" + id + "/result?wait=5s"));
      if (answer.statusCode() != 202) {
        assertThat(answer.headers().firstValue("penstock-request-id"))
            .as("%s %d: %s", id, answer.statusCode(), answer.body())
            .contains(id);
        return answer;
      }
    }
  }

  private static Asked answered(String user, Way way, HttpResponse<String> answer) {
    return new Asked(user, way, Optional.of(FrontCalls.id(answer)), Optional.of(answer.body()));
  }

  @Override
  public void verify(RandomGenerator random, Map<String, List<InferenceResult>> results)
      throws Exception {
    Map<String, Set<String>> submitted = idsByUser();
    for (Asked each : all) {
      Set<String> ids = submitted.getOrDefault(each.user(), new TreeSet<>());
      assertThat(ids).as("requests of %s", each).hasSizeBetween(each.way() == Way.ONCE ? 0 : 1, 1);
      each.id().ifPresent(id -> assertThat(ids).as("requests of %s", each).containsExactly(id));
      for (String id : ids) {
        verify(random, each, id, results.getOrDefault(id, List.of()));
      }
    }
  }

  /** Whether its caller was answered or not, the answer can be fetched. */
  private void verify(RandomGenerator random, Asked asked, String id, List<InferenceResult> results)
      throws Exception {
    assertThat(results).as("results of %s, %s", id, asked).hasSize(1);
    InferenceResult result = results.getFirst();
    HttpResponse<String> fetched = result(random, id);
    if (result.getStatus() == TerminalStatus.CANCELLED && asked.answer().isEmpty()) {
      // Its client hung up, as far as an instance knows.
      assertThat(fetched.statusCode()).as("%s of %s", fetched.body(), id).isEqualTo(409);
      return;
    }
    assertThat(fetched.statusCode()).as("%s of %s, %s", fetched.body(), id, asked).isEqualTo(200);
    assertThat(fetched.body())
        .as("answer of %s", id)
        .isEqualTo(UTF_8.decode(result.getBody().orElseThrow().duplicate()).toString());
    asked.answer().ifPresent(answer -> assertThat(answer).isEqualTo(fetched.body()));
  }

  private Map<String, Set<String>> idsByUser() throws IOException {
    Map<String, Set<String>> ids = new TreeMap<>();
    for (InferenceRequest each : requests.get()) {
      String user =
          FrontCalls.JSON
              .readTree(UTF_8.decode(each.getBody().duplicate()).toString())
              .path("user")
              .asText();
      ids.computeIfAbsent(user, _ -> new TreeSet<>()).add(each.getId());
    }
    return ids;
  }

  @Override
  public boolean isVaried() {
    Set<Way> answered = EnumSet.noneOf(Way.class);
    all.stream()
        .filter(each -> each.answer().isPresent())
        .forEach(each -> answered.add(each.way()));
    return answered.size() == Way.values().length;
  }

  @Override
  public String summary() {
    return "%d calls, %d of which lost their answer"
        .formatted(all.size(), all.stream().filter(each -> each.answer().isEmpty()).count());
  }
}
