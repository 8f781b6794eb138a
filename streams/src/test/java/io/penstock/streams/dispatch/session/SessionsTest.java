package io.penstock.streams.dispatch.session;

import static io.penstock.streams.dispatch.Samples.START;
import static io.penstock.streams.dispatch.Samples.candidate;
import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.WorkerDemand;
import io.penstock.streams.dispatch.Samples;
import io.penstock.streams.dispatch.rank.Candidate;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** One worker's sessions, whose demands may come late, twice and out of order. */
class SessionsTest {

  private static final long TIMEOUT = Duration.ofSeconds(5).toNanos() / 1000;
  private static final long SILENCE = TIMEOUT + 1;

  private Sessions sessions = create();
  private long now = Candidate.micros(START);
  private int requests;

  private static Sessions create() {
    return new Sessions(Speeds.DEFAULT, RestSettings.DEFAULT, TIMEOUT, 3_600_000_000L);
  }

  private static WorkerDemand demand(String session, long sequence, long limit, long received) {
    return Samples.demand("w", session, sequence, limit, received, START).build();
  }

  private Sessions.Heard hear(WorkerDemand demand) {
    return sessions.hear(demand, now);
  }

  private WorkerSession latest() {
    return sessions.find("w");
  }

  private long grant() {
    String id = "r" + requests++;
    return latest().grant(candidate(id, ServiceClass.STANDARD, now, now + 1_000_000, 10), now);
  }

  private void restart() {
    var stored = sessions.stored(latest());
    sessions = create();
    sessions.restore("w", stored, now);
  }

  @Example
  void aLateDemandDoesNotBeginAReplacedSessionAnew() {
    hear(demand("s1", 1, 3, 0));
    hear(demand("s1", 2, 5, 0));
    hear(demand("s2", 1, 1, 0));
    now += SILENCE;

    assertThat(hear(demand("s1", 1, 3, 0))).isInstanceOf(Sessions.Heard.Stale.class);
    assertThat(latest().session()).isEqualTo("s2");
  }

  @Example
  void aReplacedSessionThatComesBackIsGrantedWhatIsLeftOfItsWindow() {
    hear(demand("s1", 1, 3, 0));
    assertThat(List.of(grant(), grant())).containsExactly(1L, 2L);
    hear(demand("s2", 1, 1, 0));
    now += SILENCE;

    hear(demand("s1", 2, 3, 1));

    assertThat(latest().session()).isEqualTo("s1");
    assertThat(grant()).isEqualTo(3);
    assertThat(latest().isOpen(now)).isFalse();
  }

  @Example
  void aTakeOverKeepsWhatAReplacedSessionWasGranted() {
    hear(demand("s1", 1, 3, 0));
    grant();
    grant();
    hear(demand("s2", 1, 1, 0));
    restart();
    now += SILENCE;

    hear(demand("s1", 2, 3, 1));

    assertThat(grant()).isEqualTo(3);
  }

  @Example
  void aReplacedSessionOfAClockThatWasSetBackDoesNotReplaceALiveOne() {
    hear(demand("s9", 1, 3, 0));
    now += SILENCE;
    hear(demand("s1", 1, 3, 0));

    assertThat(hear(demand("s9", 2, 3, 0))).isInstanceOf(Sessions.Heard.Stale.class);
    assertThat(latest().session()).isEqualTo("s1");
  }

  @Example
  void replacedSessionsAreForgottenInTimeAndBeyondANumber() {
    for (int each = 10; each < 50; each++) {
      hear(demand("s" + each, 1, 3, 0));
    }
    assertThat(sessions.stored(latest()).getFormer())
        .hasSize(FormerSessions.MOST_PER_WORKER)
        .last()
        .matches(last -> last.getSession().equals("s48"));

    now += FormerSessions.KEPT_MICROS + 1;
    sessions.forgotten(now);
    assertThat(sessions.stored(latest()).getFormer()).isEmpty();
  }

  /** A demand of a session that comes now, or a take-over by another process before it. */
  record Step(int session, int sequence, boolean late, boolean restart) {}

  @Provide
  Arbitrary<List<Step>> steps() {
    Arbitrary<Integer> three = Arbitraries.integers().between(1, 3);
    Arbitrary<Integer> sequences = Arbitraries.integers().between(1, 8);
    Arbitrary<Boolean> rarely = Arbitraries.of(false, false, false, false, false, true);
    return Combinators.combine(three, sequences, Arbitraries.of(true, false), rarely)
        .as(Step::new)
        .list()
        .ofMaxSize(30);
  }

  @Property
  void whateverTheOrderOfDemandsEachSessionIsGrantedInSequenceAndWithinItsWindow(
      @ForAll("steps") List<Step> steps) {
    sessions = create();
    Map<String, Long> granted = new HashMap<>();
    Map<String, Long> asked = new HashMap<>();
    for (Step step : steps) {
      now += step.late() ? SILENCE : 1000;
      if (step.restart() && latest() != null) {
        restart();
      }
      String id = "s" + step.session();
      long limit = 3L * step.sequence();
      // It cannot have received more than it was granted.
      long received = Math.min(limit - 3, granted.getOrDefault(id, 0L));
      asked.merge(id, limit, Math::max);
      hear(demand(id, step.sequence(), limit, received));
      while (latest().isOpen(now)) {
        assertThat(grant()).isEqualTo(granted.merge(latest().session(), 1L, Long::sum));
      }
      assertThat(granted.getOrDefault(latest().session(), 0L))
          .isLessThanOrEqualTo(asked.get(latest().session()));
    }
  }
}
