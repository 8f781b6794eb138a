package io.penstock.streams.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class HeldResultsTest {

  private static final TopicPartition PARTITION = new TopicPartition("r", 0);

  @Property(tries = 200)
  void aNoteBesideAPositionTellsASuccessorWhichResultsAreHeld(
      @ForAll @Size(max = HeldResults.MOST)
          Set<@LongRange(min = 0, max = 1_000_000) Long> offsets) {
    HeldResults held = new HeldResults();
    offsets.forEach(offset -> held.put(new Held(PARTITION, offset, "t", Instant.EPOCH)));

    String note = held.note(PARTITION, 1_000_001);

    assertThat(note.length()).isLessThan(4_096);
    assertThat(HeldResults.offsets(note, 1_000_001)).containsExactlyInAnyOrderElementsOf(offsets);
  }

  @Test
  void aNoteOfAnotherKindSaysNothing() {
    assertThat(HeldResults.offsets("", 5)).isEmpty();
    assertThat(HeldResults.offsets("by hand", 5)).isEmpty();
  }
}
