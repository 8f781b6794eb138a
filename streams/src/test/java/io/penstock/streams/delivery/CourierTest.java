package io.penstock.streams.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.schemas.DeadLetter;
import io.penstock.schemas.Failure;
import io.penstock.schemas.topics.TopicNames;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class CourierTest {

  private static final String GOOD = "replies.acme";
  private static final String BAD = "replies.acme.bad";
  private static final String JSON = TopicNames.DEFAULT.resultsJson();

  private final DeliveryWorld world = new DeliveryWorld();

  @Test
  void aResultIsCopiedOnceAndOneThatNamesNoReplyTopicIsLeftWhereItIs() {
    String id = world.result(GOOD, 10);
    world.result(null, 10);
    world.result(DeliveryWorld.RESULTS.topic(), 10);
    world.turn();
    world.turn();

    assertThat(world.copies(GOOD)).containsExactly(id);
    assertThat(world.copied).hasSize(1);
    assertThat(world.letters).isEmpty();
    assertThat(world.committed.offset()).isEqualTo(3);
  }

  @Test
  void whatFailsForOneTopicBecomesALetterThatSaysWhyAndTheOthersAreCopied() {
    world.troubles.put("replies.acme.gone", Trouble.MISSING);
    world.troubles.put("replies.acme.denied", Trouble.NOT_AUTHORISED);
    world.troubles.put("replies.acme.odd", Trouble.REFUSED);
    world.limits.put("replies.acme.small", 1_000);
    List<String> good = new ArrayList<>();
    for (String topic : List.of("gone", "denied", "odd", "small")) {
      world.result("replies.acme." + topic, 2_000);
      good.add(world.result(GOOD, 2_000));
    }
    world.result("_schemas", 10);
    world.result("replies.other", 10);
    world.add(new byte[] {9, 9, 9});
    good.add(world.result("replies.acme.small", 10));
    world.turn();

    assertThat(world.copies(GOOD)).hasSize(4);
    assertThat(world.copies("replies.acme.small")).containsExactly(good.getLast());
    assertThat(world.letters)
        .extracting(DeadLetter::getFailure)
        .extracting(Failure::getCode)
        .containsExactly(
            "reply_topic_missing",
            "reply_topic_not_authorised",
            "reply_topic_refused",
            "reply_topic_too_small",
            "reply_topic_not_allowed",
            "reply_topic_not_allowed",
            "unreadable_record");
    DeadLetter first = world.letters.getFirst();
    assertThat(first.getStage()).isEqualTo("delivery");
    assertThat(first.getRequestId()).contains("0");
    assertThat(first.getTenant()).contains("acme");
    assertThat(first.getSourceTopic()).isEqualTo(DeliveryWorld.RESULTS.topic());
    assertThat(first.getSourceOffset()).isZero();
    assertThat(first.getFailure().getField()).contains("replyTopic");
    assertThat(first.getFailure().getMessage())
        .contains("'replies.acme.gone' does not exist; create it");
    assertThat(world.registry.get("penstock.delivery.copied").counter().count()).isEqualTo(5);
    assertThat(
            world
                .registry
                .get("penstock.delivery.failed")
                .tag("reason", "too_large")
                .counter()
                .count())
        .isEqualTo(1);
  }

  @Test
  void aTopicThatComesBackGetsWhatWasHeldForItOnce() {
    world.troubles.put(BAD, Trouble.UNAVAILABLE);
    List<String> held = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      held.add(world.result(BAD, 10));
    }
    world.turn();
    assertThat(world.committed.offset()).isEqualTo(50);
    assertThat(world.registry.get("penstock.delivery.held").gauge().value()).isEqualTo(50);
    assertThat(world.registry.get("penstock.delivery.topics.set.aside").gauge().value())
        .isEqualTo(1);

    world.troubles.clear();
    pass(Duration.ofSeconds(10));

    assertThat(world.copies(BAD)).containsExactlyElementsOf(held);
    assertThat(world.letters).isEmpty();
    assertThat(world.committed.metadata()).isEmpty();
  }

  @Test
  void aSuccessorKnowsWhatWasHeld() {
    world.troubles.put(BAD, Trouble.UNAVAILABLE);
    String held = world.result(BAD, 10);
    String good = world.result(GOOD, 10);
    world.turn();
    world.troubles.clear();
    world.restart();
    pass(Duration.ofSeconds(10));

    assertThat(world.copies(GOOD)).containsExactly(good);
    assertThat(world.copies(BAD)).containsExactly(held);
  }

  @Test
  void whatWasHeldForTwoMinutesBecomesADeadLetter() {
    world.troubles.put(BAD, Trouble.UNAVAILABLE);
    world.result(BAD, 10);
    world.turn();
    pass(Duration.ofSeconds(110));
    assertThat(world.letters).isEmpty();
    pass(Duration.ofSeconds(20));

    assertThat(world.letters)
        .singleElement()
        .satisfies(
            letter ->
                assertThat(letter.getFailure().getCode()).isEqualTo("reply_topic_unavailable"));
    world.troubles.clear();
    pass(Duration.ofMinutes(2));
    assertThat(world.copies(BAD)).isEmpty();
    String next = world.result(BAD, 10);
    pass(Duration.ofMinutes(2));
    assertThat(world.copies(BAD)).containsExactly(next);
  }

  @Test
  void noMoreIsHeldThanFitsBesideAPosition() {
    world.troubles.put(BAD, Trouble.UNAVAILABLE);
    for (int i = 0; i < 1_000; i++) {
      world.result(BAD, 10);
    }
    world.turn();

    assertThat(world.letters).hasSize(1_000 - HeldResults.MOST);
    assertThat(world.committed.metadata().length()).isLessThan(4_096);
  }

  /** The promise of the README: one that fails holds the others up for three seconds at a time. */
  @Test
  void othersWaitForTopicsThatDoNotAnswerThreeSecondsAtATimeAndAFifthOfTheTimeInAll() {
    for (int i = 0; i < 20; i++) {
      world.troubles.put(BAD + i, Trouble.UNAVAILABLE);
    }
    Instant begin = world.now;
    Duration worst = Duration.ZERO;
    int late = 0;
    for (int i = 0; world.now.isBefore(begin.plus(Duration.ofMinutes(10))); i++) {
      Instant before = world.now;
      String id = world.result(GOOD, 10);
      world.result(BAD + i % 20, 10);
      world.turn();
      assertThat(world.copies(GOOD)).last().isEqualTo(id);
      Duration took = Duration.between(before, world.now);
      worst = took.compareTo(worst) > 0 ? took : worst;
      late += took.isZero() ? 0 : 1;
      world.now = world.now.plusMillis(100);
    }

    assertThat(worst).isBetween(Duration.ofSeconds(3), Duration.ofSeconds(6));
    assertThat(DeliveryWorld.UNANSWERED.multipliedBy(late)).isLessThan(Duration.ofMinutes(3));
  }

  /** Whatever fails when, and whoever dies: each result ends once, as a copy or as a letter. */
  @Property(tries = 60)
  void eachResultEndsExactlyOnce(@ForAll long seed) {
    DeliveryWorld drawn = new DeliveryWorld();
    Random random = new Random(seed);
    List<String> topics = List.of(GOOD, BAD, "replies.acme.third", "orders");
    Trouble[] some = {
      null, null, null, Trouble.UNAVAILABLE, Trouble.MISSING, Trouble.REFUSED, Trouble.TOO_LARGE
    };
    Trouble[] own = {null, null, Trouble.UNAVAILABLE, Trouble.MISSING, Trouble.NOT_AUTHORISED};
    int asked = 0;
    for (int step = 0; step < 200; step++) {
      for (int i = random.nextInt(6); i > 0; i--) {
        drawn.json = random.nextInt(3) == 0;
        drawn.alsoAsJson = random.nextInt(4) == 0;
        drawn.result(random.nextInt(4) == 0 ? null : topics.get(random.nextInt(4)), 10);
      }
      if (random.nextInt(10) == 0) {
        drawn.troubles.put(JSON, own[random.nextInt(own.length)]);
      }
      if (random.nextInt(10) == 0) {
        drawn.troubles.put(topics.get(random.nextInt(3)), some[random.nextInt(some.length)]);
      }
      if (random.nextInt(15) == 0) {
        drawn.restart();
      }
      drawn.turn();
      drawn.now = drawn.now.plusMillis(random.nextInt(8_000));
    }
    drawn.troubles.clear();
    for (int i = 0; i < 3_000; i++) {
      drawn.turn();
      drawn.now = drawn.now.plusMillis(200);
    }
    List<String> ended = new ArrayList<>();
    drawn.copied.values().forEach(ended::addAll);
    drawn.letters.forEach(letter -> ended.add(letter.getRequestId().orElseThrow()));
    for (var record : drawn.log) {
      asked += Copy.of(record, drawn.reader()).size();
    }

    assertThat(ended).hasSize(asked);
    drawn.copied.forEach((topic, ids) -> assertThat(ids).as(topic).doesNotHaveDuplicates());
    assertThat(drawn.copies(JSON))
        .as("no trouble of our own topic loses a copy")
        .containsExactlyInAnyOrderElementsOf(drawn.ownWanted());
  }

  @Test
  void aResultThatIsWantedAsJsonIsCopiedOnceToTheTopicOfJsonOrToItsReplyTopic() {
    world.json = true;
    world.result(null, 0);
    world.result("replies.acme", 0);
    world.json = false;
    world.result(null, 0);
    world.turn();
    world.restart();
    world.turn();

    assertThat(world.copies(JSON)).containsExactly("0");
    assertThat(world.copies("replies.acme")).containsExactly("1");
    assertThat(world.values)
        .hasSize(2)
        .allSatisfy(value -> assertThat(value).startsWith("{\"id\":"));
    assertThat(world.letters).isEmpty();
  }

  @Test
  void troubleOfOurOwnTopicStopsDeliveryUntilItIsOverAndBuriesNothing() {
    for (Trouble trouble :
        List.of(Trouble.MISSING, Trouble.NOT_AUTHORISED, Trouble.REFUSED, Trouble.UNAVAILABLE)) {
      DeliveryWorld troubled = new DeliveryWorld();
      troubled.troubles.put(JSON, trouble);
      troubled.json = true;
      String own = troubled.result(null, 10);
      String reply = troubled.result(GOOD, 10);
      for (int i = 0; i < 50; i++) {
        troubled.turn();
        troubled.now = troubled.now.plusSeconds(60);
      }

      assertThat(troubled.stops).as("%s", trouble).isEqualTo(50);
      assertThat(troubled.copied).isEmpty();
      assertThat(troubled.committed.offset()).isZero();
      assertThat(troubled.failures(trouble)).isEqualTo(50);

      troubled.troubles.clear();
      troubled.turn();
      assertThat(troubled.copies(JSON)).containsExactly(own);
      assertThat(troubled.copies(GOOD)).containsExactly(reply);
      assertThat(troubled.letters).isEmpty();
    }
  }

  @Test
  void aReplyTopicsTroubleDoesNotStopWhatGoesToOurOwnTopic() {
    world.alsoAsJson = true;
    world.troubles.put(BAD, Trouble.UNAVAILABLE);
    String id = world.result(BAD, 10);
    world.turn();

    assertThat(world.stops).isZero();
    assertThat(world.copies(JSON)).containsExactly(id);
    world.restart();
    world.troubles.clear();
    pass(Duration.ofSeconds(10));
    assertThat(world.copies(BAD)).containsExactly(id);
    assertThat(world.copies(JSON)).as("once").containsExactly(id);
  }

  @Test
  void aResultThatIsTooLargeForOurOwnTopicBecomesALetterAndStopsNothing() {
    world.json = true;
    world.limits.put(JSON, 2_000);
    world.result(null, 3_000);
    String small = world.result(null, 10);
    world.turn();

    assertThat(world.stops).isZero();
    assertThat(world.copies(JSON)).containsExactly(small);
    assertThat(world.letters).hasSize(1);
  }

  private void pass(Duration time) {
    Instant end = world.now.plus(time);
    while (world.now.isBefore(end)) {
      world.turn();
      world.now = world.now.plusMillis(200);
    }
  }
}
