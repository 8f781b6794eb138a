package io.penstock.broker.http;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Delayed;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Runs what is due when the test lets time pass, on the test's thread. */
final class ManualTimer extends ScheduledThreadPoolExecutor {

  private final List<Task> tasks = new ArrayList<>();
  private long now;

  ManualTimer() {
    super(0);
  }

  private static final class Task extends FutureTask<Object> implements ScheduledFuture<Object> {

    private final Runnable action;
    private final long period;
    private long due;

    Task(Runnable action, long due, long period) {
      super(action, null);
      this.action = action;
      this.due = due;
      this.period = period;
    }

    @Override
    public long getDelay(TimeUnit unit) {
      return unit.convert(due, TimeUnit.MILLISECONDS);
    }

    @Override
    public int compareTo(Delayed other) {
      return Long.compare(getDelay(TimeUnit.MILLISECONDS), other.getDelay(TimeUnit.MILLISECONDS));
    }
  }

  @Override
  public ScheduledFuture<?> schedule(Runnable action, long delay, TimeUnit unit) {
    return added(action, delay, 0, unit);
  }

  @Override
  public ScheduledFuture<?> scheduleAtFixedRate(
      Runnable action, long delay, long period, TimeUnit unit) {
    return added(action, delay, period, unit);
  }

  private Task added(Runnable action, long delay, long period, TimeUnit unit) {
    Task task = new Task(action, now + unit.toMillis(delay), unit.toMillis(period));
    tasks.add(task);
    return task;
  }

  /** How many tasks are to run yet. */
  int pending() {
    tasks.removeIf(Task::isCancelled);
    return tasks.size();
  }

  /** Lets time pass. */
  void pass(Duration time) {
    long until = now + time.toMillis();
    for (Optional<Task> next = next(until); next.isPresent(); next = next(until)) {
      Task task = next.get();
      now = task.due;
      if (task.period > 0) {
        task.due += task.period;
      } else {
        tasks.remove(task);
      }
      task.action.run();
    }
    now = until;
  }

  private Optional<Task> next(long until) {
    return tasks.stream()
        .filter(task -> !task.isCancelled() && task.due <= until)
        .min(Comparator.comparingLong(task -> task.due));
  }
}
