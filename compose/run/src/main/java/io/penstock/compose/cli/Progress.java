package io.penstock.compose.cli;

import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/**
 * Shows on stderr how far a long command is: a bar for a terminal, else a line at each tenth of the
 * way. This class is thread-safe.
 */
public final class Progress implements AutoCloseable {

  private static final int BAR_WIDTH = 80;

  private final Console console;
  private final String task;
  private final long total;
  private final @Nullable ProgressBar bar;
  private long done;
  private String phase = "";

  /**
   * Begins at nothing done.
   *
   * @param total what there is to do, or -1 while unknown
   */
  public Progress(Console console, String task, long total) {
    this.console = console;
    this.task = task;
    this.total = total;
    this.bar = console.errTerminal() ? bar(console, task, total) : null;
  }

  private static ProgressBar bar(Console console, String task, long total) {
    return new ProgressBarBuilder()
        .setTaskName(task)
        .setInitialMax(total)
        .setStyle(ProgressBarStyle.ASCII)
        .setUpdateIntervalMillis(250)
        .setConsumer(new ConsoleProgressBarConsumer(console.err(), BAR_WIDTH))
        .build();
  }

  /** Sets how much is done; less than before is ignored. */
  public synchronized void at(long count) {
    if (count <= done) {
      return;
    }
    long tenthsBefore = tenths(done);
    done = count;
    if (bar != null) {
      bar.stepTo(count);
    } else if (tenths(count) > tenthsBefore) {
      console.note(total > 0 ? "%s: %d of %d".formatted(task, count, total) : task + ": " + count);
    }
  }

  /** Names what is being done; without a terminal each new name is a line. */
  public synchronized void phase(String name) {
    if (name.equals(phase)) {
      return;
    }
    phase = name;
    if (bar != null) {
      bar.setExtraMessage(name);
    } else {
      console.note("%s: %s".formatted(task, name));
    }
  }

  public synchronized void step() {
    at(done + 1);
  }

  private long tenths(long count) {
    return total > 0 ? count * 10 / total : count / 1000;
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
    }
  }
}
