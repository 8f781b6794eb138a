package io.penstock.broker.requests;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.broker.BrokerSamples;
import io.penstock.broker.home.ResultRecord;
import io.penstock.schemas.Repetition;
import io.penstock.schemas.RequestState;
import io.penstock.schemas.RequestStatus;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.TerminalStatus;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RecentRequestsTest {

  private static final String TENANT = "default";

  private final RecentRequests recent = new RecentRequests(3);

  @BeforeEach
  void open() {
    recent.open(0, false);
  }

  @Test
  void aRequestIsFollowedFromItsSubmissionToItsResult() {
    submit("a");
    assertThat(find("a").orElseThrow().state()).isEqualTo(RequestState.ACCEPTED);

    recent.status(0, status("a", RequestState.LEASED));
    assertThat(find("a").orElseThrow().state()).isEqualTo(RequestState.LEASED);

    recent.result(result("a"));
    KnownRequest known = find("a").orElseThrow();
    assertThat(known.state()).isEqualTo(RequestState.SUCCEEDED);
    assertThat(known.result()).contains(new KnownRequest.ResultPlace(0, 7));
    assertThat(known.submittedAt()).contains(Instant.EPOCH);
  }

  @Test
  void aStateThatIsReadAfterTheResultChangesNothing() {
    recent.result(result("a"));
    recent.status(0, status("a", RequestState.LEASED));

    assertThat(find("a").orElseThrow().state()).isEqualTo(RequestState.SUCCEEDED);
  }

  @Test
  void linesOfABatchMakeNobodyElseForgotten() {
    recent.result(result("a"));
    for (int line = 1; line <= 9; line++) {
      recent.result(
          BrokerSamples.record(
              BrokerSamples.result("b." + line, TerminalStatus.SUCCEEDED).setBatchId("b").build()));
    }
    assertThat(find("a")).isPresent();
    assertThat(find("b.9").orElseThrow().result()).contains(new KnownRequest.ResultPlace(0, 7));
    assertThat(find("b.1")).isEmpty();
  }

  @Test
  void anAnswerToARepetitionIsNoResult() {
    recent.result(
        BrokerSamples.record(
            BrokerSamples.result("a", TerminalStatus.SUCCEEDED)
                .setRepetition(Repetition.SAME)
                .build()));

    assertThat(find("a")).isEmpty();
  }

  @Test
  void theOneThatWasHeardOfLeastLatelyMakesRoom() {
    submit("a");
    submit("b");
    submit("c");
    recent.status(0, status("a", RequestState.WAITING));
    submit("d");

    assertThat(find("b")).isEmpty();
    assertThat(find("a")).isPresent();
    assertThat(find("d")).isPresent();
  }

  @Test
  void oneThatHasEndedMakesRoomBeforeOneThatIsUnderWay() {
    submit("a");
    submit("b");
    recent.result(result("b"));
    submit("c");
    assertThat(recent.lacksOlder(0)).isFalse();
    submit("d");

    assertThat(find("b")).isEmpty();
    assertThat(find("a")).isPresent();
    assertThat(recent.lacksOlder(0)).isTrue();
  }

  @Test
  void aQuarterOfTheRoomIsKeptForThoseThatHaveEnded() {
    RecentRequests eight = new RecentRequests(8);
    eight.open(0, false);
    for (int each = 0; each < 8; each++) {
      submit(eight, "r" + each);
    }
    eight.result(result("r7"));
    eight.result(result("r6"));
    submit(eight, "r8");

    assertThat(eight.find(0, TENANT, "r7")).isPresent();
    assertThat(eight.find(0, TENANT, "r6")).isPresent();
    assertThat(eight.find(0, TENANT, "r0")).isEmpty();
  }

  @Test
  void whoeverDidNotReadTheWholeLogMayLackOlderOnes() {
    recent.open(0, true);

    assertThat(recent.lacksOlder(0)).isTrue();
  }

  @Test
  void linesOfBatchesMakeNoRoomForThemselves() {
    submit("a");
    for (int line = 0; line < 10; line++) {
      recent.result(
          BrokerSamples.record(
              BrokerSamples.result("batch." + line, TerminalStatus.SUCCEEDED)
                  .setBatchId("batch")
                  .build()));
    }

    assertThat(find("a")).isPresent();
  }

  @Test
  void aTenantFindsNoneButItsOwn() {
    submit("a");

    assertThat(recent.find(0, "other", "a")).isEmpty();
  }

  @Test
  void theSameIdAgainGivesWhatWasKnownBefore() {
    assertThat(submit("a")).isEmpty();
    assertThat(submit("a").orElseThrow().fingerprint()).contains("print");
  }

  @Test
  void aPartitionThatWasLostIsForgotten() {
    submit("a");
    recent.close(0);

    recent.result(result("a"));

    assertThat(find("a")).isEmpty();
  }

  private Optional<KnownRequest> submit(String id) {
    return submit(recent, id);
  }

  private static Optional<KnownRequest> submit(RecentRequests requests, String id) {
    return requests
        .submitted(0, TENANT, id, ServiceClass.STANDARD, "m", Optional.of("print"), Instant.EPOCH)
        .before();
  }

  private Optional<KnownRequest> find(String id) {
    return recent.find(0, TENANT, id);
  }

  private static ResultRecord result(String id) {
    return BrokerSamples.record(BrokerSamples.result(id, TerminalStatus.SUCCEEDED).build());
  }

  private static RequestStatus status(String id, RequestState state) {
    return RequestStatus.newBuilder()
        .setId(id)
        .setState(state)
        .setTenant(TENANT)
        .setServiceClass(ServiceClass.STANDARD)
        .setModel("m")
        .setChangedAt(Instant.EPOCH)
        .build();
  }
}
