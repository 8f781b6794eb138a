package io.penstock.compose.bench.batches;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class PromisesTest {

  private static final Instant BEGIN = Instant.parse("2026-11-30T12:00:00Z");
  private static final Instant END = BEGIN.plusSeconds(100);

  private final Promises promises = new Promises();

  @Test
  void anErrorIsAShareOfTheTimeThatWasLeft() {
    promises.add(BEGIN, END.plusSeconds(10));
    promises.add(BEGIN.plusSeconds(50), END.minusSeconds(10));
    promises.add(BEGIN.plusSeconds(90), END.plusSeconds(10));

    assertThat(promises.error(0.5, END)).isEqualTo(0.2);
    assertThat(promises.error(0.9, END)).isEqualTo(1.0);
  }

  @Test
  void whatIsPromisedJustBeforeTheEndDoesNotCount() {
    promises.add(END.minusSeconds(1), END.plusSeconds(5));
    assertThat(promises.error(0.5, END)).isNaN();
  }
}
