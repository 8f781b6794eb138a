package io.penstock.broker.requests;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.broker.BrokerSamples;
import io.penstock.broker.home.ResultRecord;
import io.penstock.schemas.TerminalStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class WatchesTest {

  private final Watches watches = new Watches(2);
  private final List<ResultRecord> heard = new ArrayList<>();

  @Test
  void eachWatcherHearsOfItsOwnRequestOnly() {
    assertThat(watches.watch("default", "a", 0, heard::add)).isPresent();

    watches.result(result("b"));
    assertThat(heard).isEmpty();
    watches.result(result("a"));
    assertThat(heard).hasSize(1);
  }

  @Test
  void anotherTenantsRequestOfTheSameIdIsAnotherRequest() {
    assertThat(watches.watch("other", "a", 0, heard::add)).isPresent();

    watches.result(result("a"));

    assertThat(heard).isEmpty();
  }

  @Test
  void whoeverHasClosedHearsNothingMoreAndMakesRoom() {
    Watches.Watch first = watches.watch("default", "a", 3, heard::add).orElseThrow();
    assertThat(watches.watch("default", "a", 3, _ -> {})).isPresent();
    assertThat(watches.watch("default", "b", 3, heard::add)).isEmpty();

    first.close();
    first.close();
    watches.result(result("a"));

    assertThat(heard).isEmpty();
    assertThat(watches.count()).isEqualTo(1);
    assertThat(watches.anyIn(3)).isTrue();
    assertThat(watches.anyIn(2)).isFalse();
  }

  @Test
  void aWatcherThatFailsHarmsNobodyElse() {
    Watcher failing =
        _ -> {
          throw new IllegalStateException("it failed");
        };
    assertThat(watches.watch("default", "a", 0, failing)).isPresent();
    assertThat(watches.watch("default", "a", 0, heard::add)).isPresent();

    watches.result(result("a"));

    assertThat(heard).hasSize(1);
  }

  @Test
  void whatHasToLastIsWrittenBeforeTheHomesAreGivenAwayAndLatecomersWriteAtOnce() {
    CompletableFuture<@Nullable Void> written = new CompletableFuture<>();
    Watches.Watch first = watches.watch("default", "a", 0, heard::add).orElseThrow();
    first.beforeLeaving(() -> written);
    Watches.Watch second = watches.watch("default", "b", 0, heard::add).orElseThrow();
    second.beforeLeaving(() -> CompletableFuture.failedFuture(new IllegalStateException("lost")));

    CompletableFuture<@Nullable Void> all = watches.leaving();
    assertThat(all).isNotDone();
    written.complete(null);
    assertThat(all).isCompleted();

    second.close();
    List<String> late = new ArrayList<>();
    Watches.Watch latecomer = watches.watch("default", "c", 0, heard::add).orElseThrow();
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
