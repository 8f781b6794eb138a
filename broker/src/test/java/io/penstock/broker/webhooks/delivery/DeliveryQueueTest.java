package io.penstock.broker.webhooks.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.broker.webhooks.WebhookSamples;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class DeliveryQueueTest {

  private static final Instant START = WebhookSamples.START;

  private static Delivery delivery(String tenant, int number, String endpoint, Instant due) {
    return Delivery.begun(WebhookSamples.event(tenant, "req_" + number), endpoint, due);
  }

  /** The host of an endpoint is what follows the last hyphen of its id. */
  private static String host(String endpoint) {
    return endpoint.substring(endpoint.lastIndexOf('-') + 1);
  }

  private static List<DeliveryQueue.Started> start(DeliveryQueue queue, Instant now) {
    return queue.start(now, DeliveryQueueTest::host);
  }

  @Test
  void aTenantWhoseReceiversHangDelaysNoOther() {
    DeliveryQueue queue = new DeliveryQueue(new DeliveryQueue.Limits(10, 4, 3));
    for (int number = 0; number < 1_000; number++) {
      queue.add(delivery("slow", number, "e" + number % 7 + "-slow" + number % 7, START));
    }
    assertThat(start(queue, START)).hasSize(4);

    queue.add(delivery("quick", 1, "e-quick", START));

    assertThat(start(queue, START))
        .extracting(started -> started.delivery().event().tenant())
        .containsExactly("quick");
  }

  @Test
  void anEndpointWhoseHostHangsDelaysNoOtherOfItsTenant() {
    DeliveryQueue queue = new DeliveryQueue(new DeliveryQueue.Limits(10, 8, 3));
    for (int number = 0; number < 100; number++) {
      queue.add(delivery("one", number, "e-slow", START));
    }
    assertThat(start(queue, START)).hasSize(3);

    queue.add(delivery("one", 200, "e-quick", START));

    assertThat(start(queue, START))
        .extracting(DeliveryQueue.Started::host)
        .containsExactly("quick");
  }

  @Test
  void tenantsTakeTurnsWhenAllRoomIsTaken() {
    DeliveryQueue queue = new DeliveryQueue(new DeliveryQueue.Limits(1, 1, 1));
    for (int number = 0; number < 50; number++) {
      queue.add(delivery("many", number, "e-many", START));
    }
    queue.add(delivery("few", 1, "e-few", START.plusSeconds(1)));
    List<String> order = new ArrayList<>();
    Instant later = START.plusSeconds(2);
    for (int turn = 0; turn < 3; turn++) {
      DeliveryQueue.Started started = start(queue, later).getFirst();
      order.add(started.delivery().event().tenant());
      queue.ended(started);
    }
    assertThat(order).startsWith("many", "few");
  }

  @Test
  void nothingStartsBeforeItIsDue() {
    DeliveryQueue queue = new DeliveryQueue(new DeliveryQueue.Limits(10, 10, 10));
    queue.add(delivery("one", 1, "e-h", START.plusSeconds(5)));
    assertThat(start(queue, START.plusSeconds(4))).isEmpty();
    assertThat(queue.nextDue(START.plusSeconds(4))).contains(START.plusSeconds(5));
    assertThat(start(queue, START.plusSeconds(5))).hasSize(1);
    assertThat(queue.nextDue(START)).isEmpty();
  }

  /**
   * Whatever comes, fails and goes, no limit is passed, and all that was added starts in the end.
   */
  @Property(tries = 200)
  void limitsHoldAndEverythingStarts(@ForAll long seed) {
    Random random = new Random(seed);
    DeliveryQueue.Limits limits =
        new DeliveryQueue.Limits(
            1 + random.nextInt(6), 1 + random.nextInt(4), 1 + random.nextInt(3));
    DeliveryQueue queue = new DeliveryQueue(limits);
    List<DeliveryQueue.Started> running = new ArrayList<>();
    TreeSet<String> expected = new TreeSet<>();
    TreeSet<String> began = new TreeSet<>();
    Instant now = START;
    for (int step = 0; step < 300 || began.size() < expected.size(); step++) {
      assertThat(step).as("everything starts").isLessThan(10_000);
      if (step < 300 && random.nextBoolean()) {
        Delivery added =
            delivery(
                "t" + random.nextInt(4),
                step,
                "e" + random.nextInt(5) + "-h" + random.nextInt(4),
                now.plusSeconds(random.nextInt(20)));
        queue.add(added);
        expected.add(added.id());
      }
      List<DeliveryQueue.Started> started = start(queue, now);
      for (DeliveryQueue.Started each : started) {
        assertThat(each.delivery().dueAt()).isBeforeOrEqualTo(now);
        assertThat(began.add(each.delivery().id())).as("started once").isTrue();
      }
      running.addAll(started);
      assertWithin(limits, running);
      if (!running.isEmpty() && random.nextInt(3) > 0) {
        queue.ended(running.remove(random.nextInt(running.size())));
      }
      now = now.plus(Duration.ofMillis(random.nextInt(2_000)));
    }
    assertThat(queue.size()).isZero();
  }

  private static void assertWithin(
      DeliveryQueue.Limits limits, List<DeliveryQueue.Started> running) {
    Map<String, Integer> tenants = new HashMap<>();
    Map<String, Integer> hosts = new HashMap<>();
    for (DeliveryQueue.Started each : running) {
      tenants.merge(each.delivery().event().tenant(), 1, Integer::sum);
      hosts.merge(each.host(), 1, Integer::sum);
    }
    assertThat(running.size()).isLessThanOrEqualTo(limits.total());
    assertThat(tenants.values()).allMatch(count -> count <= limits.perTenant());
    assertThat(hosts.values()).allMatch(count -> count <= limits.perHost());
  }
}
