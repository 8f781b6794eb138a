package io.penstock.broker.webhooks.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class DeliverySimulationTest {

  /** Whatever owners do and whenever they die, nothing is lost, and no event has two ids. */
  @Property(tries = 300)
  void everyEventIsDeliveredAtLeastOnceUnderOneId(@ForAll long seed) {
    DeliverySimulation simulation = new DeliverySimulation(seed);
    simulation.run(400);

    assertThat(simulation.told().keySet())
        .containsExactlyInAnyOrderElementsOf(simulation.expected());
    Map<String, DeliverySimulation.Sent> first = new HashMap<>();
    for (DeliverySimulation.Sent each : simulation.sent()) {
      DeliverySimulation.Sent before =
          first.putIfAbsent(DeliverySimulation.key(each.endpoint(), each.subject()), each);
      if (before != null) {
        assertThat(each).as("the same id and body at each attempt").isEqualTo(before);
      }
    }
    assertThat(simulation.sent())
        .noneMatch(each -> each.endpoint().equals(DeliverySimulation.FOREIGN));
  }

  @Test
  void theHistoriesContainWhatTheyClaimTo() {
    int deaths = 0;
    int replacements = 0;
    int fenced = 0;
    int lost = 0;
    int unread = 0;
    int repeated = 0;
    int events = 0;
    for (long seed = 0; seed < 40; seed++) {
      DeliverySimulation simulation = new DeliverySimulation(seed);
      simulation.run(400);
      deaths += simulation.deaths;
      replacements += simulation.replacements;
      fenced += simulation.fencedWrites;
      lost += simulation.lostWrites;
      unread += simulation.unreadOutcomes;
      repeated += (int) simulation.told().values().stream().filter(count -> count > 1).count();
      events += simulation.expected().size();
    }
    assertThat(deaths).isGreaterThan(40);
    assertThat(replacements).isGreaterThan(40);
    assertThat(fenced).isGreaterThan(40);
    assertThat(lost).isGreaterThan(40);
    assertThat(unread).isGreaterThan(10);
    assertThat(repeated).isGreaterThan(100);
    assertThat(events).isGreaterThan(1_000);
  }
}
