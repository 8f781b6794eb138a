package io.penstock.streams.control.observation;

import static io.penstock.streams.control.ControlSamples.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.schemas.Feedback;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class EarlyFeedbackTest {

  private static final int MOST = 12;
  private static final int TENANTS = 4;

  /** Three tenants add and take as they like; the fourth never has more than its part waiting. */
  @Property
  void whoeverHasNoMoreThanItsPartLosesNothing(
      @ForAll @Size(max = 200) List<@IntRange(min = 0, max = 99) Integer> steps) {
    EarlyFeedback early = new EarlyFeedback(MOST);
    Deque<String> modest = new ArrayDeque<>();
    int kept = 0;
    int next = 0;
    for (int step : steps) {
      String id = "id-" + next++;
      switch (step % 4) {
        case 0 -> {
          if (modest.size() == MOST / TENANTS) {
            assertThat(early.take("modest", modest.removeFirst())).hasSize(1);
          }
          early.add("modest", feedback(id));
          modest.addLast(id);
        }
        case 1 -> early.take("tenant-" + step % 3, "id-" + (next - 1 - step / 4));
        default -> early.add("tenant-" + step % 3, feedback(id));
      }
    }
    for (String id : modest) {
      assertThat(early.take("modest", id)).hasSize(1);
      kept++;
    }
    for (int id = 0; id < next; id++) {
      for (int tenant = 0; tenant < 3; tenant++) {
        kept += early.take("tenant-" + tenant, "id-" + id).size();
      }
    }
    assertThat(kept).isLessThanOrEqualTo(MOST);
  }

  /** A scan of all tenants for each would be four thousand million steps. */
  @Test
  @Timeout(20)
  void manyTenantsMakeNobodysFeedbackDearer() {
    int tenants = 20_000;
    EarlyFeedback early = new EarlyFeedback(tenants);
    for (int each = 0; each < 10 * tenants; each++) {
      early.add("tenant-" + each % tenants, feedback("id-" + each));
    }
    assertThat(early.take("tenant-0", "id-" + 9 * tenants)).hasSize(1);
    assertThat(early.take("tenant-0", "id-0")).isEmpty();
  }

  private static Feedback feedback(String id) {
    return Feedback.newBuilder()
        .setRequestId(id)
        .setScore(0.5)
        .setSource("user")
        .setGivenAt(NOW)
        .build();
  }
}
