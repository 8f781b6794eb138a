package io.penstock.workers.demand;

import static io.penstock.workers.demand.DemandWindow.Receipt.BEYOND_LIMIT;
import static io.penstock.workers.demand.DemandWindow.Receipt.DUPLICATE;
import static io.penstock.workers.demand.DemandWindow.Receipt.NEW;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class DemandWindowTest {

  @Test
  void aLeaseCountsOnceHoweverOftenItComes() {
    DemandWindow window = new DemandWindow();
    window.open(3);
    assertThat(window.receive(1)).isEqualTo(NEW);
    assertThat(window.receive(1)).isEqualTo(DUPLICATE);
    assertThat(window.open()).isEqualTo(2);
    assertThat(window.highestReceived()).isEqualTo(1);
  }

  @Test
  void aLeaseBeyondTheLimitIsNotCounted() {
    DemandWindow window = new DemandWindow();
    window.open(1);
    assertThat(window.receive(2)).isEqualTo(BEYOND_LIMIT);
    assertThat(window.open()).isEqualTo(1);
  }

  @Test
  void aMissingLeaseKeepsItsPlaceUntilItComes() {
    DemandWindow window = new DemandWindow();
    window.open(3);
    window.receive(3);
    assertThat(window.hasGap()).isTrue();
    assertThat(window.highestReceived()).isEqualTo(3);
    assertThat(window.open()).isEqualTo(2);
    window.receive(1);
    assertThat(window.receive(3)).isEqualTo(DUPLICATE);
    assertThat(window.receive(2)).isEqualTo(NEW);
    assertThat(window.hasGap()).isFalse();
    assertThat(window.open()).isZero();
  }

  @Test
  void aWindowNeverCloses() {
    assertThatThrownBy(() -> new DemandWindow().open(0))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new DemandWindow().open(-1))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Property
  void whateverComesInWhateverOrderOpenIsWhatWasAskedForLessWhatCame(
      @ForAll @Size(max = 60) List<@IntRange(min = -5, max = 30) Integer> events) {
    DemandWindow window = new DemandWindow();
    Set<Integer> came = new HashSet<>();
    long limit = 0;
    for (int event : events) {
      if (event <= 0) {
        window.open(1 - event);
        limit += 1 - event;
      } else if (event <= limit) {
        assertThat(window.receive(event)).isEqualTo(came.add(event) ? NEW : DUPLICATE);
      } else {
        assertThat(window.receive(event)).isEqualTo(BEYOND_LIMIT);
      }
      assertThat(window.limit()).isEqualTo(limit);
      assertThat(window.open()).isEqualTo((int) limit - came.size());
      assertThat(window.highestReceived())
          .isEqualTo(came.stream().mapToInt(i -> i).max().orElse(0));
    }
  }
}
