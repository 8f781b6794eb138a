package io.penstock.broker.admin;

import io.penstock.broker.home.Home;
import io.penstock.broker.home.HomeWrites;
import io.penstock.broker.home.PartitionListener;
import io.penstock.broker.home.StateChange;
import io.penstock.broker.home.StateListener;
import io.penstock.broker.home.StateWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What operators did with dead letters: followed by every instance, written by the owner of the
 * letter's home, who also removes what is older than any letter. Safe for use by many threads.
 */
public final class LetterMarks implements StateListener, PartitionListener {

  private static final Logger LOG = LoggerFactory.getLogger(LetterMarks.class);

  /** Kafka keeps dead letters for 14 days, and deletes whole segments at a time. */
  private static final Duration KEPT = Duration.ofDays(30);

  private final HomeWrites writes;
  private final Map<Integer, StateWriter> owned = new ConcurrentHashMap<>();
  private volatile Map<String, LetterMark> marks = new ConcurrentHashMap<>();

  /** What is being read; the same once all was read. */
  private Map<String, LetterMark> reading = marks;

  public LetterMarks(HomeWrites writes) {
    this.writes = writes;
  }

  Optional<LetterMark> of(String letterId) {
    return Optional.ofNullable(marks.get(letterId));
  }

  /** Writes a mark at its home, which must be here. */
  void put(LetterMark mark) {
    writes.put(mark.entry());
    marks.put(mark.id(), mark);
  }

  @Override
  public void beginning() {
    reading = new ConcurrentHashMap<>();
  }

  @Override
  public void entry(String kind, String id, byte @Nullable [] document) {
    if (!kind.equals(LetterMark.KIND)) {
      return;
    }
    if (document == null) {
      reading.remove(id);
      return;
    }
    try {
      reading.put(id, LetterMark.read(id, document));
    } catch (IllegalArgumentException damaged) {
      LOG.warn("Ignoring what was done with dead letter {}: {}", id, damaged.getMessage());
    }
  }

  @Override
  public void upToDate() {
    marks = reading;
  }

  @Override
  public OptionalLong taken(Home home) {
    owned.put(home.partition(), home.writer());
    return OptionalLong.empty();
  }

  @Override
  public void lost(int partition) {
    owned.remove(partition);
  }

  /**
   * Removes marks of letters that Kafka has deleted.
   *
   * @param homeOf the home of an id
   */
  public void sweep(Instant now, ToIntFunction<String> homeOf) {
    for (LetterMark mark : marks.values()) {
      StateWriter writer = owned.get(homeOf.applyAsInt(mark.id()));
      if (writer != null && mark.at().plus(KEPT).isBefore(now)) {
        var _ =
            writer
                .write(List.of(new StateChange.Remove(LetterMark.KIND, mark.id())))
                .exceptionally(
                    failed -> {
                      LOG.debug("An old mark was not removed", failed);
                      return null;
                    });
      }
    }
  }
}
