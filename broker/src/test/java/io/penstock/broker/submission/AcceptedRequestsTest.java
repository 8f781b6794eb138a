package io.penstock.broker.submission;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.broker.BrokerSamples;
import io.penstock.broker.home.MemoryHome;
import io.penstock.broker.home.OneHome;
import io.penstock.broker.home.ResultRecord;
import io.penstock.broker.requests.KnownRequest;
import io.penstock.broker.requests.RecentRequests;
import io.penstock.schemas.RequestState;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.TerminalStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Whoever was told an id finds the request, also where the log says nothing of it yet. */
class AcceptedRequestsTest {

  private static final Instant NOW = Instant.ofEpochSecond(1_700_000_000);
  private static final Duration LONGEST = Duration.ofDays(7);

  private final RecentRequests recent = new RecentRequests(10);
  private final MemoryHome home = new MemoryHome();
  private final AcceptedRequests accepted = open();

  AcceptedRequestsTest() {
    recent.open(0, false);
  }

  private AcceptedRequests open() {
    AcceptedRequests next = new AcceptedRequests(new OneHome(), recent, LONGEST, 3);
    next.taken(home.taken());
    return next;
  }

  @Test
  void theNextOwnerKnowsARequestOfWhichTheLogSaysNothing() {
    assertThat(accepted.note(sent("req_1", NOW))).isCompleted();

    KnownRequest found = open().find("tenant", "req_1").orElseThrow();

    assertThat(found.state()).isEqualTo(RequestState.ACCEPTED);
    assertThat(found.serviceClass()).contains(ServiceClass.INTERACTIVE);
    assertThat(found.model()).contains("m");
    assertThat(found.submittedAt()).contains(NOW);
    assertThat(found.isFinished()).isFalse();
    assertThat(open().find("another", "req_1")).isEmpty();
    assertThat(open().find("tenant", "req_2")).isEmpty();
  }

  @Test
  void aResultRemovesTheNote() {
    assertThat(accepted.note(sent("req_1", NOW))).isCompleted();

    accepted.result(result("req_1"));

    assertThat(accepted.find("tenant", "req_1")).isEmpty();
    assertThat(home.size()).isZero();
  }

  @Test
  void whatHasItsResultAlreadyLeavesNoNote() {
    recent.result(result("req_1"));

    assertThat(accepted.note(sent("req_1", NOW))).isCompleted();

    assertThat(accepted.find("tenant", "req_1")).isEmpty();
    assertThat(home.size()).isZero();
  }

  @Test
  void theOldestMakeRoomAndWhatMustHaveEndedIsForgotten() {
    for (int each = 1; each <= 4; each++) {
      assertThat(accepted.note(sent("req_" + each, NOW.plusSeconds(each)))).isCompleted();
    }
    assertThat(accepted.find("tenant", "req_1")).isEmpty();
    assertThat(home.size()).isEqualTo(3);

    accepted.sweep(NOW.plus(LONGEST).plusSeconds(3));

    assertThat(accepted.find("tenant", "req_3")).isEmpty();
    assertThat(accepted.find("tenant", "req_4")).isPresent();
    assertThat(home.size()).isEqualTo(1);
  }

  @Test
  void nothingIsNotedForAnotherOwner() {
    accepted.lost(0);

    assertThat(accepted.note(sent("req_1", NOW))).isCompletedExceptionally();
    assertThat(accepted.find("tenant", "req_1")).isEmpty();
  }

  private ResultRecord result(String id) {
    return BrokerSamples.record(
        BrokerSamples.result(id, TerminalStatus.SUCCEEDED).setTenant("tenant").build());
  }

  private static KnownRequest sent(String id, Instant at) {
    return new KnownRequest(
        "tenant",
        id,
        RequestState.ACCEPTED,
        Optional.of(ServiceClass.INTERACTIVE),
        Optional.of("m"),
        0,
        Optional.empty(),
        Optional.of(at),
        at,
        Optional.empty(),
        Optional.empty());
  }
}
