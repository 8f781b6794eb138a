package io.penstock.broker.requests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.penstock.broker.BrokerSamples;
import io.penstock.broker.errors.ApiError;
import io.penstock.broker.errors.ApiException;
import io.penstock.broker.home.ResultRecord;
import io.penstock.schemas.TerminalStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class WatchesTest {

  private final Watches watches = new Watches(8);
  private final List<ResultRecord> heard = new ArrayList<>();

  @Test
  void eachWatcherHearsOfItsOwnRequestOnly() {
    var _ = watches.watch("default", "a", 0, heard::add);

    watches.result(result("b"));
    assertThat(heard).isEmpty();
    watches.result(result("a"));
    assertThat(heard).hasSize(1);
  }

  @Test
  void anotherTenantsRequestOfTheSameIdIsAnotherRequest() {
    var _ = watches.watch("other", "a", 0, heard::add);

    watches.result(result("a"));

    assertThat(heard).isEmpty();
  }

  @Test
  void whoeverHasClosedHearsNothingMoreAndMakesRoom() {
    Watches.Watch first = watches.watch("default", "a", 3, heard::add);
    var _ = watches.watch("default", "a", 3, _ -> {});

    first.close();
    first.close();
    watches.result(result("a"));

    assertThat(heard).isEmpty();
    assertThat(watches.count()).isEqualTo(1);
    assertThat(watches.anyIn(3)).isTrue();
    assertThat(watches.anyIn(2)).isFalse();
  }

  @Test
  void aTenantTakesThreeQuartersOfThePlacesAndWhoeverComesLaterFindsOne() {
    List<Watches.Watch> mine = new ArrayList<>();
    for (int each = 0; each < 6; each++) {
      mine.add(watches.watch("default", "a" + each, 0, _ -> {}));
    }
    assertThat(refusal("default")).isEqualTo("429 too_many_waiting");

    var _ = watches.watch("second", "b", 0, _ -> {});
    var _ = watches.watch("third", "c", 0, _ -> {});
    assertThat(refusal("fourth")).isEqualTo("503 unavailable");
    assertThat(refusal("default")).isEqualTo("429 too_many_waiting");
    assertThat(watches.count()).isEqualTo(8);

    mine.getFirst().close();
    mine.getFirst().close();
    assertThat(refusal("default")).isEqualTo("429 too_many_waiting");
    var _ = watches.watch("fourth", "d", 0, _ -> {});
  }

  private String refusal(String tenant) {
    int before = watches.count();
    ApiError refused =
        catchThrowableOfType(ApiException.class, () -> watches.watch(tenant, "more", 5, heard::add))
            .error();
    assertThat(watches.count()).isEqualTo(before);
    assertThat(watches.anyIn(5)).isFalse();
    assertThat(refused.headers()).containsKey(ApiError.RETRY_AFTER);
    return refused.status() + " " + refused.code();
  }

  @Test
  void aWatcherThatFailsHarmsNobodyElse() {
    Watcher failing =
        _ -> {
          throw new IllegalStateException("it failed");
        };
    var _ = watches.watch("default", "a", 0, failing);
    var _ = watches.watch("default", "a", 0, heard::add);

    watches.result(result("a"));

    assertThat(heard).hasSize(1);
  }

  @Test
  void whatHasToLastIsWrittenBeforeTheHomesAreGivenAwayAndLatecomersWriteAtOnce() {
    CompletableFuture<@Nullable Void> written = new CompletableFuture<>();
    Watches.Watch first = watches.watch("default", "a", 0, heard::add);
    first.beforeLeaving(() -> written);
    Watches.Watch second = watches.watch("default", "b", 0, heard::add);
    second.beforeLeaving(() -> CompletableFuture.failedFuture(new IllegalStateException("lost")));

    CompletableFuture<@Nullable Void> all = watches.leaving();
    assertThat(all).isNotDone();
    written.complete(null);
    assertThat(all).isCompleted();

    second.close();
    List<String> late = new ArrayList<>();
    Watches.Watch latecomer = watches.watch("default", "c", 0, heard::add);
    latecomer.beforeLeaving(
        () -> {
          late.add("written");
          return CompletableFuture.completedFuture(null);
        });
    assertThat(late).containsExactly("written");
  }

  @Test
  void aWaitEndsWithTheResultOrWhenItIsAbandoned() throws InterruptedException {
    ResultWait wait = new ResultWait();
    assertThat(wait.await(Duration.ZERO)).isEmpty();
    wait.abandon();
    wait.result(result("a"));
    assertThat(wait.await(Duration.ofHours(1))).isEmpty();

    ResultWait other = new ResultWait();
    other.result(result("a"));
    assertThat(other.await(Duration.ofHours(1))).contains(result("a"));
  }

  private static ResultRecord result(String id) {
    return BrokerSamples.record(BrokerSamples.result(id, TerminalStatus.SUCCEEDED).build());
  }
}
