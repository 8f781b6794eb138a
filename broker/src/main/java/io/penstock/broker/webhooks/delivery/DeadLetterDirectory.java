package io.penstock.broker.webhooks.delivery;

import io.penstock.broker.home.StateListener;
import java.time.DateTimeException;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The dead letters of all homes, as this instance has read them from the front topic. Safe for use
 * by many threads.
 */
public final class DeadLetterDirectory implements StateListener {

  private static final Logger LOG = LoggerFactory.getLogger(DeadLetterDirectory.class);

  private static final Comparator<DeadLetter> OLDEST_FIRST =
      Comparator.comparing(DeadLetter::at).thenComparing(DeadLetter::id);

  private volatile Map<String, DeadLetter> letters = new ConcurrentHashMap<>();

  /** What is being read; the same once all was read. */
  private Map<String, DeadLetter> reading = letters;

  @Override
  public void beginning() {
    reading = new ConcurrentHashMap<>();
  }

  @Override
  public void upToDate() {
    letters = reading;
  }

  @Override
  public void entry(String kind, String id, byte @Nullable [] document) {
    if (!kind.equals(DeliveryCodec.DEAD)) {
      return;
    }
    if (document == null) {
      reading.remove(id);
      return;
    }
    try {
      reading.put(id, DeliveryCodec.deadLetter(document));
    } catch (IllegalArgumentException | DateTimeException damaged) {
      LOG.warn("Ignoring the dead letter {}: {}", id, damaged.getMessage());
    }
  }

  public Optional<DeadLetter> find(String id) {
    return Optional.ofNullable(letters.get(id));
  }

  /** The dead letters for which this holds, the oldest first. */
  public List<DeadLetter> all(Predicate<DeadLetter> wanted) {
    return letters.values().stream().filter(wanted).sorted(OLDEST_FIRST).toList();
  }
}
