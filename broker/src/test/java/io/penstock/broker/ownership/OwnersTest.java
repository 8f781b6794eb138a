package io.penstock.broker.ownership;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.MemberAssignment;
import org.apache.kafka.clients.admin.MemberDescription;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.GroupType;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class OwnersTest {

  private static final URI ADDRESS = URI.create("http://10.0.0.7:8080");

  private final AtomicLong nanos = new AtomicLong();
  private final List<CompletableFuture<ConsumerGroupDescription>> questions = new ArrayList<>();
  private final CountDownLatch asked = new CountDownLatch(1);
  private final Owners owners = new Owners(this::question, nanos::get);

  private synchronized CompletableFuture<ConsumerGroupDescription> question() {
    CompletableFuture<ConsumerGroupDescription> question = new CompletableFuture<>();
    questions.add(question);
    asked.countDown();
    return question;
  }

  @Test
  void callersThatComeTogetherAskOnceAndHearTheSame() throws Exception {
    List<CompletableFuture<Optional<URI>>> answers = new ArrayList<>();
    List<Thread> callers = new ArrayList<>();
    for (int caller = 0; caller < 20; caller++) {
      CompletableFuture<Optional<URI>> answer = new CompletableFuture<>();
      answers.add(answer);
      callers.add(Thread.ofVirtual().start(() -> answer.complete(owners.of(1))));
    }
    // All of them wait for the answer before it comes.
    for (Thread each : callers) {
      while (each.getState() != Thread.State.TIMED_WAITING) {
        Thread.onSpinWait();
      }
    }
    assertThat(questions).hasSize(1);

    questions.getFirst().complete(group());

    for (CompletableFuture<Optional<URI>> each : answers) {
      assertThat(each.get()).contains(ADDRESS);
    }
  }

  @Test
  void afterAFailureNobodyAsksForAMomentAndThenSomebodyDoes() throws Exception {
    fail(0);
    assertThat(owners.of(1)).isEmpty();
    assertThat(owners.of(1)).isEmpty();
    assertThat(questions).hasSize(1);

    nanos.addAndGet(Duration.ofSeconds(1).toNanos());
    Thread later = Thread.ofVirtual().start(() -> owners.of(1));
    while (size() < 2) {
      Thread.onSpinWait();
    }
    questions.get(1).complete(group());
    later.join();
    assertThat(owners.of(1)).contains(ADDRESS);
  }

  private void fail(int question) throws InterruptedException {
    Thread caller = Thread.ofVirtual().start(() -> owners.of(1));
    asked.await();
    questions.get(question).completeExceptionally(new IllegalStateException("no Kafka"));
    caller.join();
  }

  private synchronized int size() {
    return questions.size();
  }

  private static ConsumerGroupDescription group() {
    MemberDescription member =
        new MemberDescription(
            "member",
            Optional.empty(),
            Optional.empty(),
            MemberAddress.clientId(ADDRESS),
            "host",
            new MemberAssignment(Set.of(new TopicPartition("results", 1))),
            Optional.empty(),
            Optional.empty(),
            Optional.empty());
    return new ConsumerGroupDescription(
        "group",
        true,
        List.of(member),
        "",
        GroupType.CLASSIC,
        GroupState.STABLE,
        new Node(0, "host", 1),
        Set.of(),
        Optional.empty(),
        Optional.empty());
  }
}
