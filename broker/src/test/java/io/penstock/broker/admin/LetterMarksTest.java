package io.penstock.broker.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.broker.home.FirstPartition;
import io.penstock.broker.home.Home;
import io.penstock.broker.home.HomeWrites;
import io.penstock.broker.home.OneHome;
import io.penstock.broker.home.StateChange;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class LetterMarksTest {

  private static final Instant NOW = Instant.parse("2026-11-30T12:00:00Z");

  private final Log log = new Log();
  private final OneHome homes = new OneHome();
  private final LetterMarks marks = new LetterMarks(new HomeWrites(homes, _ -> Optional.of(log)));

  @Test
  void aMarkIsKnownAtOnceAndReadsBackAtOtherInstances() {
    LetterMark mark = new LetterMark("3-1", Optional.of("new"), "olivia", NOW);
    marks.put(mark);
    LetterMarks elsewhere = new LetterMarks(new HomeWrites(homes, _ -> Optional.empty()));
    elsewhere.beginning();
    log.replayTo(elsewhere);
    elsewhere.upToDate();

    assertThat(marks.of("3-1")).contains(mark);
    assertThat(elsewhere.of("3-1")).contains(mark);
    assertThat(elsewhere.of("3-2")).isEmpty();
    assertThat(mark.state()).isEqualTo("replayed");
    assertThat(new LetterMark("3-1", Optional.empty(), "olivia", NOW).state())
        .isEqualTo("discarded");
  }

  @Test
  void whatIsKnownStaysWhileAllIsReadAnew() {
    marks.put(new LetterMark("3-1", Optional.empty(), "olivia", NOW));
    marks.beginning();
    assertThat(marks.of("3-1")).isPresent();
    marks.upToDate();
    assertThat(marks.of("3-1")).isEmpty();
  }

  @Test
  void aDamagedMarkIsPassedOver() {
    marks.entry(LetterMark.KIND, "3-1", new byte[] {'x'});
    marks.entry("other", "3-1", new byte[] {'{', '}'});

    assertThat(marks.of("3-1")).isEmpty();
  }

  @Test
  void onlyAMarkOfALetterThatIsGoneIsRemovedAndOnlyByItsOwner() {
    marks.put(new LetterMark("3-1", Optional.empty(), "olivia", NOW));
    marks.sweep(NOW.plus(Duration.ofDays(40)), homes::of);
    assertThat(log.removed).isEmpty();

    marks.taken(new Home(0, List.of(), log));
    marks.sweep(NOW.plus(Duration.ofDays(14)), homes::of);
    assertThat(log.removed).isEmpty();
    marks.sweep(NOW.plus(Duration.ofDays(40)), homes::of);
    assertThat(log.removed).containsExactly("dead-letter/3-1");
  }

  private static final class Log extends FirstPartition {

    private final List<StateChange.Put> written = new ArrayList<>();
    private final List<String> removed = new ArrayList<>();

    void replayTo(LetterMarks other) {
      written.forEach(
          each -> other.entry(each.entry().kind(), each.entry().id(), each.entry().document()));
    }

    @Override
    public CompletableFuture<Void> write(List<StateChange> changes) {
      for (StateChange each : changes) {
        switch (each) {
          case StateChange.Put put -> written.add(put);
          case StateChange.Remove remove -> removed.add(remove.key());
        }
      }
      return CompletableFuture.completedFuture(null);
    }
  }
}
