package io.penstock.compose.bench.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.compose.bench.load.FirstResults.Arrival;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class FirstResultsTest {

  private final FirstResults results = new FirstResults();

  /** Requests 0 to 9 are sent; results come of any of 0 to 14. */
  @Property
  void everyResultIsTheFirstOfItsRequestOrADuplicateOrAStrangers(
      @ForAll @Size(max = 60) List<@IntRange(max = 14) Integer> arriving) {
    FirstResults book = new FirstResults();
    for (int number = 0; number < 10; number++) {
      book.sending("id-" + number);
    }
    Map<Integer, Integer> seen = new HashMap<>();
    for (int number : arriving) {
      int before = seen.merge(number, 1, Integer::sum) - 1;
      assertThat(book.result("id-" + number))
          .isEqualTo(
              number >= 10 ? Arrival.STRANGER : before > 0 ? Arrival.DUPLICATE : Arrival.FIRST);
    }
    assertThat(book.answered() + book.duplicates() + book.strangers()).isEqualTo(arriving.size());
    assertThat(book.answered()).isEqualTo(seen.keySet().stream().filter(n -> n < 10).count());
    assertThat(book.open()).isEqualTo(10 - book.answered());
  }

  @Test
  void anIdIsSentOnce() {
    results.sending("a");
    assertThatThrownBy(() -> results.sending("a"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("a was submitted twice");
  }

  @Test
  void openRequestsAreNamedLowestFirst() {
    List.of("c", "a", "b", "d").forEach(results::sending);
    results.result("a");
    assertThat(results.openIds(2)).containsExactly("b", "c");
  }
}
