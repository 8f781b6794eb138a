package io.penstock.streams.control.ladder;

import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.routing.DegradationLadder;
import io.penstock.schemas.routing.DegradationLadder.Rung;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Takes the rungs of a ladder one at a time and takes them back in reverse order. The next rung is
 * entered when the pressure of its class was above its threshold for its time without a break; the
 * last one is left when it was below the lower threshold for its time. After each change both times
 * begin anew, so that a step's effect is seen before the next one.
 */
public final class LadderPolicy {

  private LadderPolicy() {}

  /**
   * The time since which a change is due.
   *
   * @param above since when the next rung's pressure is above its threshold; null: it is not
   * @param below since when the last rung's pressure is below its threshold; null: it is not
   */
  public record Holding(@Nullable Instant above, @Nullable Instant below) {
    public static final Holding NONE = new Holding(null, null);
  }

  /**
   * The decision.
   *
   * @param active the rungs in force, the mildest first
   * @param holding to be given back at the next decision
   * @param reason why the rungs changed; empty if they did not
   */
  public record Step(List<Rung> active, Holding holding, Optional<String> reason) {}

  public static Step decide(
      DegradationLadder ladder,
      List<Rung> active,
      Holding holding,
      Map<ServiceClass, Double> pressure,
      Instant now) {
    List<Rung> kept = kept(ladder, active);
    if (!kept.equals(active)) {
      return new Step(kept, Holding.NONE, Optional.of("the ladder was changed"));
    }
    Instant above = null;
    if (active.size() < ladder.rungs().size()) {
      Rung next = ladder.rungs().get(active.size());
      double load = pressure.getOrDefault(next.of(), 0.0);
      above = load > next.enterAbove() ? earlier(holding.above(), now) : null;
      if (above != null && held(above, next.enterSeconds(), now)) {
        List<Rung> more = new ArrayList<>(active);
        more.add(next);
        return new Step(
            more, Holding.NONE, Optional.of(reason("entered", next, load, next.enterAbove())));
      }
    }
    Instant below = null;
    if (!active.isEmpty()) {
      Rung last = active.getLast();
      double load = pressure.getOrDefault(last.of(), 0.0);
      below = load < last.leaveBelow() ? earlier(holding.below(), now) : null;
      if (below != null && held(below, last.leaveSeconds(), now)) {
        return new Step(
            List.copyOf(active.subList(0, active.size() - 1)),
            Holding.NONE,
            Optional.of(reason("left", last, load, last.leaveBelow())));
      }
    }
    return new Step(active, new Holding(above, below), Optional.empty());
  }

  /** The rungs in force that are still the ladder's, up to the first that is not. */
  private static List<Rung> kept(DegradationLadder ladder, List<Rung> active) {
    int same = 0;
    while (same < active.size()
        && same < ladder.rungs().size()
        && active.get(same).equals(ladder.rungs().get(same))) {
      same++;
    }
    return List.copyOf(active.subList(0, same));
  }

  private static Instant earlier(@Nullable Instant since, Instant now) {
    return since == null ? now : since;
  }

  private static boolean held(Instant since, int seconds, Instant now) {
    return !now.isBefore(since.plus(Duration.ofSeconds(seconds)));
  }

  private static String reason(String what, Rung rung, double load, double threshold) {
    return String.format(
        Locale.ROOT,
        "%s %s: pressure of %s %.2f, threshold %.2f",
        what,
        rung.action(),
        rung.of(),
        load,
        threshold);
  }
}
