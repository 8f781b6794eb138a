package io.penstock.compose.input;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** However large a line or a cell is, no more of it is held than a body may have. */
class BoundedReadingTest {

  private static final int MOST = 1 << 16;
  private static final long HUGE = 64L << 20;
  private static final long FEW_BODIES = 40L * MOST;

  @Test
  void aHugeLineIsPassedOverAndTheNextIsRead() {
    List<InputItem> items = new ArrayList<>();
    long allocated =
        allocated(
            () -> {
              var source = new ByteSource(input("first\n", HUGE, "\nlast\n"));
              new TextReader(new LineSource(source, MOST, false)).forEachRemaining(items::add);
            });

    assertThat(items)
        .containsExactly(
            new InputItem.Text(1, Optional.empty(), "first"),
            new InputItem.Bad(
                2, "the line has 67108864 bytes and at most 65536 are read; split or shorten it"),
            new InputItem.Text(3, Optional.empty(), "last"));
    assertThat(allocated).isLessThan(FEW_BODIES);
  }

  @Test
  void aHugeQuotedCellIsPassedOverAndTheNextRowIsRead() {
    List<InputItem> items = new ArrayList<>();
    long allocated =
        allocated(() -> csv("prompt\n\"", HUGE, "\"\nlast\n").forEachRemaining(items::add));

    assertThat(items).extracting(InputItem::line).containsExactly(2L, 3L);
    assertThat(items.getFirst())
        .isInstanceOfSatisfying(
            InputItem.Bad.class,
            bad -> assertThat(bad.problem()).contains("at most 65536 are read"));
    assertThat(items.getLast()).isEqualTo(new InputItem.Text(3, Optional.empty(), "last"));
    assertThat(allocated).isLessThan(FEW_BODIES);
  }

  @Test
  void aQuoteThatIsNeverClosedInAHugeFileIsASlipAndTheRowsAfterItAreRead() {
    List<InputItem> items = new ArrayList<>();
    long allocated =
        allocated(
            () ->
                csv("prompt\nfirst\n\"slip\nsecond\n", HUGE, "\nlast\n")
                    .forEachRemaining(items::add));

    assertThat(items).extracting(InputItem::line).containsExactly(2L, 3L, 4L, 5L, 6L);
    assertThat(items.get(1))
        .isInstanceOfSatisfying(
            InputItem.Bad.class,
            bad ->
                assertThat(bad.problem())
                    .contains("the quote that opens on line 3 is never closed"));
    assertThat(items.get(2)).isEqualTo(new InputItem.Text(4, Optional.empty(), "second"));
    assertThat(items.getLast()).isEqualTo(new InputItem.Text(6, Optional.empty(), "last"));
    assertThat(allocated).isLessThan(FEW_BODIES);
  }

  @Test
  void namesOfMillionsOfLinesAreRememberedInLittle() {
    CustomIds ids = new CustomIds();
    String long512 = "x".repeat(500);
    for (int i = 0; i < 50_000; i++) {
      ids.sent(long512 + i);
    }
    assertThat(refused(ids, long512 + 7)).isTrue();
    assertThat(refused(ids, long512 + 49_999)).isTrue();
    assertThat(refused(ids, long512 + 50_000)).isFalse();
  }

  private static boolean refused(CustomIds ids, String name) {
    try {
      ids.requireNew(name);
      return false;
    } catch (IllegalArgumentException e) {
      return true;
    }
  }

  private static CsvReader csv(String before, long middle, String after) {
    try {
      return CsvReader.open("a.csv", () -> input(before, middle, after), MOST);
    } catch (IOException | InputException e) {
      throw new AssertionError(e);
    }
  }

  /** A text of letters between two others. */
  private static InputStream input(String before, long middle, String after) {
    InputStream letters =
        new InputStream() {
          private long left = middle;

          @Override
          public int read() {
            return left-- > 0 ? 'x' : -1;
          }

          @Override
          public int read(byte[] target, int offset, int length) {
            int count = (int) Math.min(left, length);
            Arrays.fill(target, offset, offset + count, (byte) 'x');
            left -= count;
            return count == 0 ? -1 : count;
          }
        };
    return new SequenceInputStream(
        Collections.enumeration(
            List.of(
                new ByteArrayInputStream(before.getBytes(UTF_8)),
                letters,
                new ByteArrayInputStream(after.getBytes(UTF_8)))));
  }

  private static long allocated(Runnable reading) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    reading.run();
    return threads.getCurrentThreadAllocatedBytes() - before;
  }
}
