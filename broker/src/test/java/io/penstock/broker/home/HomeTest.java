package io.penstock.broker.home;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.DateTimeException;
import java.util.List;
import org.junit.jupiter.api.Test;

class HomeTest {

  private static final StateEntry GOOD = new StateEntry("file", "good", new byte[0]);
  private static final StateEntry BAD = new StateEntry("file", "bad", new byte[0]);

  @Test
  void anEntryThatCannotBeDecodedIsLeftOutWhateverItsReaderThrows() {
    Home home = new Home(0, List.of(BAD, GOOD), new MemoryHome());
    for (RuntimeException damage :
        List.of(
            new IllegalArgumentException("damaged"),
            new DateTimeException("no time"),
            new ArithmeticException("too large"),
            new NullPointerException())) {
      assertThat(
              home.read(
                  "file",
                  entry -> {
                    if (entry.equals(BAD)) {
                      throw damage;
                    }
                    return entry.id();
                  }))
          .containsOnlyKeys("good");
    }
  }

  @Test
  void aDocumentOfAnotherEntryIsDamaged() {
    GOOD.requireId("good");
    assertThatThrownBy(() -> GOOD.requireId("other"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("its document is that of other");
  }
}
