package io.penstock.schemas.policies;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.schemas.ModelVariant;
import io.penstock.schemas.Samples;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.models.ModelPublisher;
import io.penstock.schemas.registry.ConcurrentRegistryChangeException;
import io.penstock.schemas.registry.InMemoryRegistry;
import io.penstock.schemas.routing.AliasPolicy;
import io.penstock.schemas.routing.BudgetPeriod;
import io.penstock.schemas.routing.DegradationLadder;
import io.penstock.schemas.routing.Experiment;
import io.penstock.schemas.routing.Goal;
import io.penstock.schemas.routing.Revision;
import io.penstock.schemas.routing.Rollout;
import io.penstock.schemas.routing.RoutingCodec;
import io.penstock.schemas.routing.RoutingDocument;
import io.penstock.schemas.routing.RoutingKind;
import io.penstock.schemas.routing.Sort;
import io.penstock.schemas.routing.Spend;
import io.penstock.schemas.routing.Target;
import io.penstock.schemas.routing.TenantPolicy;
import io.penstock.schemas.topics.TopicSettings;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RoutingPublisherTest {

  private static final TopicSettings TOPICS = TopicSettings.DEFAULT;

  private final InMemoryRegistry registry = new InMemoryRegistry("mock://routing-publisher-test");
  private final RoutingPublisher publisher =
      new RoutingPublisher(TOPICS, registry.log(), () -> Samples.NOW);

  @BeforeEach
  void aModelWithTwoVariants() {
    new ModelPublisher(TOPICS, registry.log(), () -> Samples.NOW)
        .apply(
            List.of(
                Samples.model("llama")
                    .setAliases(List.of("l"))
                    .setVariants(
                        List.of(
                            ModelVariant.newBuilder().setName("blue").build(),
                            ModelVariant.newBuilder().setName("green").setState("shadow").build(),
                            ModelVariant.newBuilder().setName("old").setState("retired").build()))
                    .build()));
  }

  @Test
  void whatIsPutIsListedWithItsVersion() {
    publisher.put(List.of(tenant("acme", "llama")), "ann", "first");
    publisher.put(List.of(tenant("acme", "l")), "bob", null);

    assertThat(publisher.list().tenant("acme")).contains(tenant("acme", "l"));
    assertThat(publisher.list().tenant("nobody")).isEmpty();
    RoutingPublisher.Stored stored = publisher.entries().get("tenant/acme");
    assertThat(stored.version()).isEqualTo(2);
    assertThat(stored.changedBy()).isEqualTo("bob");
    assertThat(stored.changedAt()).isEqualTo(Samples.NOW);
  }

  @Test
  void puttingTheSameAgainWritesNothing() {
    publisher.put(List.of(tenant("acme", "llama")), "ann", null);
    int written = registry.written();

    publisher.put(List.of(tenant("acme", "llama")), "ann", null);

    assertThat(registry.written()).isEqualTo(written);
  }

  @Test
  void whatBreaksARuleChangesNothingOfTheWholeChange() {
    int written = registry.written();

    assertThatThrownBy(
            () ->
                publisher.put(
                    List.of(
                        tenant("acme", "nobody"),
                        new AliasPolicy("llama", List.of(), null, null, null, null, false),
                        rollout("llama", "blue", "old"),
                        rollout("mini", "blue", "green")),
                    "ann",
                    null))
        .isInstanceOf(InvalidRoutingException.class)
        .hasMessageContainingAll(
            "tenant 'acme': allowedModels 'nobody' is no model",
            "alias 'llama': name belongs to model 'llama'",
            "rollout 'llama': to 'old' is retired",
            "rollout 'mini': model is no model");
    assertThat(registry.written()).isEqualTo(written);
  }

  @Test
  void aLadderThatWouldLockItselfIsRefused() {
    DegradationLadder.Rung defer =
        new DegradationLadder.Rung(
            DegradationLadder.Action.DEFER_BATCH, ServiceClass.INTERACTIVE, 2, 1, 0, 0, null, null);
    DegradationLadder.Rung refuse =
        new DegradationLadder.Rung(
            DegradationLadder.Action.REFUSE_BATCH, ServiceClass.BATCH, 2, 1, 0, 0, null, null);

    assertThatThrownBy(
            () ->
                publisher.put(
                    List.of(new DegradationLadder("*", List.of(defer, refuse))), "ann", null))
        .hasMessageContaining("cannot fall while batch is deferred");

    publisher.put(List.of(new DegradationLadder("*", List.of(refuse, defer))), "ann", null);
    assertThat(publisher.list().ladder("llama")).isPresent();
  }

  @Test
  void aSubjectIsInOneRunningExperimentOnly() {
    publisher.put(List.of(experiment("one", Experiment.State.RUNNING)), "ann", null);

    assertThatThrownBy(
            () -> publisher.put(List.of(experiment("two", Experiment.State.RUNNING)), "ann", null))
        .hasMessageContaining("is in experiment 'one' already");

    publisher.put(
        List.of(
            experiment("one", Experiment.State.STOPPED),
            experiment("two", Experiment.State.RUNNING)),
        "ann",
        null);
    assertThat(publisher.list().all(Experiment.class)).hasSize(2);
  }

  @Test
  void aChangeThatMeetsAnotherOneIsDecidedAnew() {
    AtomicInteger decisions = new AtomicInteger();
    registry.fence(2);

    publisher.change(
        "loop",
        null,
        state -> {
          decisions.incrementAndGet();
          return List.of(new RoutingPublisher.Edit.Put(tenant("acme", "llama")));
        });

    assertThat(decisions).hasValue(3);
    assertThat(publisher.list().tenant("acme")).isPresent();
  }

  @Test
  void aChangeThatAlwaysMeetsAnotherOneFailsWithoutATrace() {
    registry.fence();

    assertThatThrownBy(() -> publisher.put(List.of(tenant("acme", "llama")), "ann", null))
        .isInstanceOf(ConcurrentRegistryChangeException.class);
    assertThat(publisher.list().tenant("acme")).isEmpty();
  }

  @Test
  void aRemovedEntryIsGoneAndAnUnreadableOneHidesNoOther() {
    publisher.put(List.of(tenant("acme", "llama"), tenant("*", "llama")), "ann", null);
    registry.append(TOPICS.names().routing(), "tenant/bad", "x".getBytes(StandardCharsets.UTF_8));

    publisher.change(
        "ann",
        null,
        state -> List.of(new RoutingPublisher.Edit.Remove(RoutingKind.TENANT, "acme")));

    assertThat(publisher.list().tenant("acme")).contains(tenant("*", "llama"));
  }

  @Test
  void everyKindOfDocumentSurvivesItsJson() {
    Instant now = Samples.NOW;
    List<RoutingDocument> documents =
        List.of(
            tenant("acme", "llama"),
            new AliasPolicy(
                "smart", List.of("l"), new Goal(0.3, null), Sort.PRICE, 0.5, 0.01, true),
            experiment("one", Experiment.State.RUNNING),
            rollout("llama", "blue", "green"),
            new DegradationLadder(
                "*",
                List.of(
                    new DegradationLadder.Rung(
                        DegradationLadder.Action.CAP_OUTPUT, null, 2, 1, 5, 10, 64, null))),
            new Spend(
                "acme", Map.of(BudgetPeriod.DAY, new Spend.Period(now, now.plusSeconds(9), 1.5))),
            new Revision("3", "added a", now, "{}"));
    for (RoutingDocument document : documents) {
      assertThat(RoutingCodec.read(RoutingKind.of(document), RoutingCodec.json(document)))
          .isEqualTo(document);
    }
  }

  private static TenantPolicy tenant(String name, String allowed) {
    return new TenantPolicy(
        name, List.of(allowed), List.of(), List.of(), List.of(), null, null, null, List.of());
  }

  private static Experiment experiment(String name, Experiment.State state) {
    return new Experiment(
        name,
        "llama",
        List.of(
            new Experiment.Arm("a", Target.parse("llama#blue"), 1, null),
            new Experiment.Arm("b", Target.parse("llama#green"), 1, null)),
        Experiment.Unit.TENANT,
        Experiment.Metric.SUCCESS,
        0.95,
        100,
        Experiment.Guardrails.NONE,
        state,
        null,
        null,
        null);
  }

  private static Rollout rollout(String model, String from, String to) {
    return new Rollout(
        model, from, to, List.of(), null, null, null, null, null, -1, 0, null, null, null, null);
  }
}
