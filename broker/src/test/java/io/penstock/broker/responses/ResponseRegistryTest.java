package io.penstock.broker.responses;

import static io.penstock.broker.responses.ResponseSamples.answer;
import static io.penstock.broker.responses.ResponseSamples.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.broker.errors.ApiException;
import io.penstock.broker.home.HomeLostException;
import io.penstock.broker.home.MemoryHome;
import io.penstock.broker.home.OneHome;
import io.penstock.broker.home.ResultRecord;
import io.penstock.broker.requests.KnownRequest.ResultPlace;
import io.penstock.broker.settings.ResponseSettings;
import io.penstock.schemas.InferenceResult;
import io.penstock.schemas.Repetition;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

class ResponseRegistryTest {

  private static final Instant NOW = Instant.ofEpochSecond(1_700_000_000);
  private static final Duration DAY = Duration.ofDays(1);

  private final MemoryHome home = new MemoryHome();
  private final ResponseRegistry registry = registry();

  ResponseRegistryTest() {
    registry.taken(home.taken());
  }

  @Test
  void aResponseIsFoundByItsTenantAndByNobodyElse() {
    registry.add(response("resp_1")).join();

    assertThat(find(registry, "resp_1")).isPresent();
    assertThat(registry.find("other", "resp_1", NOW)).isEmpty();
  }

  @Test
  void theNextOwnerFindsItAndHearsTheResultsThatItMayLack() {
    registry.result(result("resp_0", 41));
    registry.add(response("resp_1")).join();
    registry.add(response("resp_2")).join();
    registry.result(result("resp_2", 42));

    ResponseRegistry next = registry();
    assertThat(next.taken(home.taken())).hasValue(42);
    assertThat(find(next, "resp_2").orElseThrow().end().orElseThrow().place())
        .isEqualTo(new ResultPlace(0, 42));

    next.result(result("resp_1", 43));
    assertThat(find(next, "resp_1").orElseThrow().isEnded()).isTrue();
    assertThat(registry().taken(home.taken())).isEqualTo(OptionalLong.empty());
  }

  @Test
  void anAnswerToARepetitionAndAnotherTenantsResultAreNoEnd() {
    registry.add(response("resp_1")).join();

    registry.result(
        new ResultRecord(
            0,
            1,
            NOW,
            InferenceResult.newBuilder(result("resp_1", 1).result())
                .setRepetition(Repetition.CONFLICT)
                .build()));
    registry.result(
        new ResultRecord(
            0,
            2,
            NOW,
            InferenceResult.newBuilder(result("resp_1", 2).result()).setTenant("other").build()));

    assertThat(find(registry, "resp_1").orElseThrow().isEnded()).isFalse();
  }

  @Test
  void oneThatWasDeletedIsGoneForTheNextOwnerToo() {
    registry.add(response("resp_1")).join();
    registry.remove(find(registry, "resp_1").orElseThrow()).join();

    assertThat(find(registry, "resp_1")).isEmpty();
    assertThat(home.size()).isZero();
  }

  @Test
  void aResponseIsForgottenWhenItsTimeIsOver() {
    registry.add(response("resp_1")).join();
    registry.result(result("resp_1", 1));
    registry.add(response("resp_2")).join();

    // One without a result has none any more when the longest deadline is over.
    registry.sweep(NOW.plus(DAY.multipliedBy(2)));
    assertThat(home.size()).isEqualTo(1);
    assertThat(registry.find("default", "resp_1", NOW.plus(DAY.multipliedBy(29)))).isPresent();
    assertThat(registry.find("default", "resp_1", NOW.plus(DAY.multipliedBy(30)))).isEmpty();
    registry.sweep(NOW.plus(DAY.multipliedBy(30)));
    assertThat(home.size()).isZero();
  }

  @Test
  void theOldestThatHaveEndedMakeRoomAndOthersDoNot() {
    for (int each = 0; each < 8; each++) {
      registry.add(response("resp_" + each)).join();
      if (each < 6) {
        registry.result(result("resp_" + each, each));
      }
    }
    registry.add(response("resp_8")).join();
    registry.add(response("resp_9")).join();
    registry.add(response("resp_more")).join();

    assertThat(find(registry, "resp_0")).isEmpty();
    assertThat(find(registry, "resp_1")).isPresent();
    assertThat(home.size()).isEqualTo(10);
    assertRefused("default", 429);
    assertThat(find(registry, "resp_1")).isPresent();
    assertThat(home.size()).isEqualTo(10);
  }

  /** Nobody loses responses to a tenant that has more of them. */
  @Test
  void theTenantThatHasTheMostMakesRoom() {
    registry.add(response("resp_small", "small")).join();
    registry.result(result("resp_small", "small", 1));
    for (int each = 0; each < 9; each++) {
      registry.add(response("resp_" + each)).join();
      if (each < 7) {
        registry.result(result("resp_" + each, each + 2));
      }
    }

    registry.add(response("resp_more")).join();
    assertThat(find(registry, "resp_0")).isEmpty();
    registry.add(response("resp_small_2", "small")).join();
    assertThat(find(registry, "resp_1")).isEmpty();
    assertThat(registry.find("small", "resp_small", NOW)).isPresent();
    assertThat(home.size()).isEqualTo(10);
  }

  /** However many tenants begin however much: nobody's are lost, and a newcomer finds room. */
  @Test
  void noTenantHasMoreUnderWayThanTheOthersLeaveFree() {
    for (long seed = 1; seed <= 200; seed++) {
      Random random = new Random(seed);
      MemoryHome log = new MemoryHome();
      ResponseRegistry all = registry();
      all.taken(log.taken());
      Map<String, List<String>> open = new HashMap<>();
      long offset = 0;
      for (int step = 0; step < 60; step++) {
        String tenant = "t" + random.nextInt(3);
        List<String> own = open.computeIfAbsent(tenant, _ -> new ArrayList<>());
        if (random.nextInt(4) == 0 && !own.isEmpty()) {
          String ended = own.remove(random.nextInt(own.size()));
          all.result(result(ended, tenant, offset++));
        } else {
          String id = "resp_" + step;
          int total = open.values().stream().mapToInt(List::size).sum();
          boolean taken = isTaken(all, response(id, tenant));
          // The first one of a tenant needs room and no more.
          boolean fits = own.isEmpty() ? total < 10 : own.size() + 1 + total + 1 <= 10;
          if (taken) {
            assertThat(fits).as("seed %d, step %d", seed, step).isTrue();
            own.add(id);
          }
        }
        open.forEach(
            (who, ids) ->
                assertThat(ids).allMatch(id -> all.find(who, id, NOW).isPresent(), "found"));
        assertThat(log.size()).isLessThanOrEqualTo(10);
      }
      assertThat(isTaken(all, response("resp_new", "newcomer"))).as("seed %d", seed).isTrue();
    }
  }

  private static boolean isTaken(ResponseRegistry registry, StoredResponse response) {
    try {
      registry.add(response).join();
      return true;
    } catch (ApiException refused) {
      return false;
    }
  }

  private void assertRefused(String tenant, int status) {
    assertThatThrownBy(() -> registry.add(response("resp_refused", tenant)))
        .isInstanceOfSatisfying(
            ApiException.class,
            refused -> {
              assertThat(refused.error().status()).isEqualTo(status);
              assertThat(refused.error().headers()).containsKey("retry-after");
            });
  }

  /** One response that runs for hours does not let the next owner read the results of hours. */
  @Test
  void aTakeOverReadsFromWhereResultsWereReadForAllResponses() {
    registry.add(response("resp_long")).join();
    registry.result(result("resp_other", 500));
    registry.sweep(NOW);
    assertThat(registry().taken(home.taken())).hasValue(0);

    registry.result(result("resp_other", 5000));
    registry.sweep(NOW);
    assertThat(registry().taken(home.taken())).hasValue(5001);

    // Whatever begins at the next owner begins no earlier, though it has heard nothing yet.
    ResponseRegistry next = registry();
    next.taken(home.taken());
    next.remove(find(next, "resp_long").orElseThrow()).join();
    next.add(response("resp_next")).join();
    assertThat(registry().taken(home.taken())).hasValue(5001);
  }

  @Test
  void parametersThatTheLogWouldNotTakeAreRefused() {
    StoredResponse large =
        StoredResponse.of(
            "resp_1",
            "default",
            NOW,
            ResponseRequestReader.read(
                bytes(
                    "{'model':'m','input':'Hi','instructions':'%s'}"
                        .formatted("x".repeat(1_000_000)))));

    assertThatThrownBy(() -> registry.add(large))
        .isInstanceOfSatisfying(
            ApiException.class, refused -> assertThat(refused.error().param()).contains("store"));
  }

  @Test
  void nothingIsKeptInAPartitionThatWasLost() {
    registry.lost(0);

    assertThatThrownBy(() -> registry.add(response("resp_1")).join())
        .isInstanceOf(CompletionException.class)
        .hasCauseInstanceOf(HomeLostException.class);
  }

  private static ResponseRegistry registry() {
    ResponseSettings settings =
        new ResponseSettings(Duration.ofDays(30), 10, ResponseSettings.DEFAULT.mostStoredBytes());
    return new ResponseRegistry(new OneHome(), settings, DAY);
  }

  private static Optional<StoredResponse> find(ResponseRegistry registry, String id) {
    return registry.find("default", id, NOW);
  }

  private static StoredResponse response(String id) {
    return response(id, "default");
  }

  private static StoredResponse response(String id, String tenant) {
    return StoredResponse.of(
        id, tenant, NOW, ResponseRequestReader.read(bytes("{'model':'m','input':'Hi'}")));
  }

  private static ResultRecord result(String id, long offset) {
    return result(id, "default", offset);
  }

  private static ResultRecord result(String id, String tenant, long offset) {
    return new ResultRecord(
        0,
        offset,
        NOW,
        InferenceResult.newBuilder(answer(1, "Ciao")).setId(id).setTenant(tenant).build());
  }
}
