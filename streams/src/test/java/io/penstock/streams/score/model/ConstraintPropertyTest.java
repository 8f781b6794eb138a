package io.penstock.streams.score.model;

import static io.penstock.streams.score.Requests.NOW;
import static io.penstock.streams.score.Requests.chat;
import static io.penstock.streams.score.Requests.meter;
import static io.penstock.streams.score.Requests.parsed;
import static io.penstock.streams.score.model.RoutingContexts.report;
import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.schemas.ClassBacklog;
import io.penstock.schemas.FleetReport;
import io.penstock.schemas.InferenceRequest;
import io.penstock.schemas.ModelAlternative;
import io.penstock.schemas.ModelSpec;
import io.penstock.schemas.ModelVariant;
import io.penstock.schemas.PriceWindow;
import io.penstock.schemas.RoutingPreferences;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.TargetHealth;
import io.penstock.schemas.fleet.FleetView;
import io.penstock.schemas.models.ModelCatalog;
import io.penstock.schemas.routing.AliasPolicy;
import io.penstock.schemas.routing.Budget;
import io.penstock.schemas.routing.BudgetPeriod;
import io.penstock.schemas.routing.Degradation;
import io.penstock.schemas.routing.DegradationLadder.Action;
import io.penstock.schemas.routing.DegradationLadder.Rung;
import io.penstock.schemas.routing.Experiment;
import io.penstock.schemas.routing.Goal;
import io.penstock.schemas.routing.Rollout;
import io.penstock.schemas.routing.RoutingDocument;
import io.penstock.schemas.routing.RoutingState;
import io.penstock.schemas.routing.Sort;
import io.penstock.schemas.routing.Spend;
import io.penstock.schemas.routing.Target;
import io.penstock.schemas.routing.TenantPolicy;
import io.penstock.schemas.topics.ModelPartitions;
import io.penstock.streams.score.Requests;
import io.penstock.streams.score.request.ParsedRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.jspecify.annotations.Nullable;

/**
 * Whatever models, policies, fleets and requests there are: nothing chosen, and no alternative,
 * breaks what the request or its tenant demands. The demands are checked here anew, by their words.
 */
class ConstraintPropertyTest extends ChooserFixture {

  private static final List<String> NAMES = List.of("m0", "m1", "m2", "m3", "m4", "m5");
  private static final List<String> PROVIDERS = List.of("local", "east", "west");
  private static final List<String> TASKS = List.of("chat", "code");

  @Property(tries = 4_000)
  void nothingBreaksAConstraint(@ForAll long seed) {
    World world = new World(new Random(seed));
    ParsedRequest parsed = parsed(world.request, world.serviceClass);

    ModelSelection selection = chooser.choose(parsed, world.context, meter(parsed));

    assertThat(chooser.choose(parsed, world.context, meter(parsed))).isEqualTo(selection);
    switch (selection) {
      case ModelSelection.NotChosen(var refusal) -> assertThat(refusal.message()).isNotBlank();
      case ModelSelection.Chosen chosen -> check(world, chosen);
    }
  }

  private static void check(World world, ModelSelection.Chosen chosen) {
    ModelSpec spec = chosen.spec();
    String variant = chosen.choice().getVariant().orElse(null);
    world.check(spec, variant, chosen.choice().getProvider().orElseThrow());
    if (chosen.choice().getExperiment().isEmpty()) {
      assertThat(world.named()).contains(spec.getName());
    }
    if (variant != null && !world.request.getModel().contains("#")) {
      assertThat(world.state(spec, variant)).isNotEqualTo("retired");
    }
    world.checkPrice(
        chosen.prices().input(),
        chosen.prices().output(),
        chosen.fit().prompt().total(),
        chosen.fit().maxOutput());
    assertThat(world.degradedFor(spec.getName())).isFalse();
    assertThat(chosen.alternatives()).hasSizeLessThanOrEqualTo(8);
    Set<String> targets = new HashSet<>();
    targets.add(target(chosen));
    for (ModelAlternative each : chosen.alternatives()) {
      ModelSpec other = world.catalog.resolve(each.getModel()).orElseThrow();
      String otherVariant = each.getVariant().orElse(null);
      world.check(other, otherVariant, each.getProvider().orElseThrow());
      world.checkPrice(
          each.getInputPricePerMillion().orElse(null),
          each.getOutputPricePerMillion().orElse(null),
          each.getPromptTokens(),
          each.getMaxOutputTokens());
      assertThat(world.named()).contains(other.getName());
      assertThat(world.degradedFor(other.getName())).isFalse();
      assertThat(targets.add(other.getName() + "#" + otherVariant)).isTrue();
      assertThat(each.getPartition())
          .isEqualTo(
              ModelPartitions.of(
                  other, world.request.getId(), Requests.SETTINGS.modelPartitions()));
      if (otherVariant != null) {
        assertThat(world.state(other, otherVariant)).isIn("active", "shadow", "draining");
      }
    }
    if (chosen.notBefore().isPresent()) {
      assertThat(chosen.notBefore().get()).isAfter(NOW).isBefore(NOW.plus(Duration.ofDays(7)));
    }
  }

  /** A random routing context with a random request. */
  private static final class World {

    private final Random random;
    private final List<RoutingDocument> documents = new ArrayList<>();
    final ModelCatalog catalog;
    final RoutingContext context;
    final InferenceRequest request;
    final ServiceClass serviceClass;
    private @Nullable TenantPolicy tenant;

    World(Random random) {
      this.random = random;
      this.serviceClass = pick(List.of(ServiceClass.values()));
      this.catalog = ModelCatalog.following(NAMES.stream().map(this::spec).toList());
      documents();
      List<FleetReport> reports = new ArrayList<>();
      for (ModelSpec spec : catalog.models()) {
        reports.add(fleet(spec.getName()));
        spec.getVariants().forEach(v -> reports.add(fleet(spec.getName() + "#" + v.getName())));
      }
      this.context =
          new RoutingContext(
              catalog,
              new RoutingRules(RoutingState.of(documents)),
              FleetView.of(reports.stream().filter(report -> random.nextInt(4) > 0).toList()),
              NOW);
      this.request = request();
    }

    private ModelSpec spec(String name) {
      ModelSpec.Builder spec =
          Requests.model(name)
              .setAliases(List.of(name + "-alias"))
              .setInputPricePerMillion(maybe(random.nextDouble() * 20))
              .setOutputPricePerMillion(maybe(random.nextDouble() * 60))
              .setQuality(maybe(random.nextDouble()))
              .setTaskTypes(some(TASKS))
              .setProvider(maybe(pick(PROVIDERS)))
              .setFallbacks(some(NAMES).stream().filter(each -> !each.equals(name)).toList());
      if (random.nextInt(3) == 0) {
        spec.setPriceWindows(
            List.of(
                PriceWindow.newBuilder()
                    .setFrom("%02d:00".formatted(random.nextInt(24)))
                    .setTo("%02d:30".formatted(random.nextInt(24)))
                    .setFactor(random.nextDouble() * 2)
                    .build()));
      }
      if (random.nextBoolean()) {
        List<ModelVariant> variants = new ArrayList<>();
        for (String each : List.of("v0", "v1", "v2")) {
          variants.add(
              ModelVariant.newBuilder()
                  .setName(each)
                  .setWeight(random.nextInt(3))
                  .setState(pick(List.of("active", "active", "shadow", "draining", "retired")))
                  .setProvider(maybe(pick(PROVIDERS)))
                  .setOutputPricePerMillion(maybe(random.nextDouble() * 60))
                  .setQuality(maybe(random.nextDouble()))
                  .build());
        }
        spec.setVariants(variants);
      }
      return spec.build();
    }

    private void documents() {
      if (random.nextBoolean()) {
        Budget budget = new Budget(BudgetPeriod.DAY, 5.0, 10.0);
        tenant =
            new TenantPolicy(
                pick(List.of("acme", "*")),
                seldom(NAMES),
                seldom(NAMES),
                seldom(PROVIDERS),
                seldom(PROVIDERS),
                maybe(random.nextBoolean()),
                maybe(new Goal(random.nextDouble(), null)),
                maybe(pick(List.of(Sort.values()))),
                List.of(budget));
        documents.add(tenant);
        documents.add(
            new Spend(
                "acme",
                Map.of(
                    BudgetPeriod.DAY,
                    new Spend.Period(NOW, NOW.plusSeconds(60), random.nextDouble() * 11))));
      }
      documents.add(
          new AliasPolicy(
              "smart",
              some(NAMES),
              maybe(new Goal(null, random.nextDouble())),
              maybe(pick(List.of(Sort.PRICE, Sort.LATENCY, Sort.QUALITY))),
              maybe(random.nextDouble()),
              null,
              random.nextBoolean()));
      for (String name : NAMES) {
        if (random.nextInt(4) == 0) {
          documents.add(
              new Degradation(
                  name,
                  List.of(
                      new Rung(Action.CHEAPER_MODEL, ServiceClass.STANDARD, 2, 1, 0, 0, null, null),
                      new Rung(Action.CAP_OUTPUT, ServiceClass.STANDARD, 2, 1, 0, 0, 20, null),
                      new Rung(
                          pick(
                              List.of(
                                  Action.REFUSE_BATCH, Action.REFUSE_STANDARD, Action.DEFER_BATCH)),
                          ServiceClass.STANDARD,
                          2,
                          1,
                          0,
                          0,
                          null,
                          9)),
                  Map.of(),
                  NOW));
        }
        if (random.nextInt(4) == 0) {
          documents.add(rollout(name));
        }
      }
      if (random.nextBoolean()) {
        documents.add(experiment());
      }
    }

    private Rollout rollout(String model) {
      return new Rollout(
          model,
          "v0",
          "v1",
          List.of(),
          Rollout.Gates.DEFAULT,
          Rollout.Warm.DEFAULT,
          null,
          Rollout.BreachAction.PAUSE,
          pick(List.of(Rollout.State.values())),
          0,
          random.nextInt(101),
          NOW,
          null,
          null,
          Map.of());
    }

    private Experiment experiment() {
      return new Experiment(
          "test",
          pick(List.of("m0", "m1", "smart", "m0-alias")),
          List.of(
              new Experiment.Arm(
                  "control", Target.parse(pick(List.of("m0", "m0#v0", "m1"))), 1, null),
              new Experiment.Arm(
                  "other", Target.parse(pick(List.of("m2", "m0#v1", "m3#v2"))), 2, null)),
          pick(List.of(Experiment.Unit.REQUEST, Experiment.Unit.TENANT)),
          Experiment.Metric.SUCCESS,
          0.95,
          100,
          Experiment.Guardrails.NONE,
          Experiment.State.RUNNING,
          NOW,
          null,
          null);
    }

    private FleetReport fleet(String target) {
      return report(target)
          .setHealth(pick(List.of(TargetHealth.values())))
          .setWorkers(random.nextInt(3))
          .setSlots(random.nextInt(5))
          .setLeased(random.nextInt(5))
          .setDecodeTokensPerSecond(maybe(random.nextDouble() * 100))
          .setPrefillTokensPerSecond(maybe(random.nextDouble() * 10_000))
          .setBacklog(
              List.of(
                  ClassBacklog.newBuilder()
                      .setServiceClass(pick(List.of(ServiceClass.values())))
                      .setRequests(random.nextInt(100))
                      .setPromptTokens(random.nextInt(10_000))
                      .setOutputTokens(random.nextInt(10_000))
                      .build()))
          .build();
    }

    private InferenceRequest request() {
      RoutingPreferences routing =
          RoutingPreferences.newBuilder()
              .setModels(random.nextBoolean() ? List.of() : some(NAMES))
              .setSort(maybe(pick(List.of("price", "latency", "throughput", "quality"))))
              .setMaxPrice(seldom(random.nextDouble() * 0.05))
              .setMinQuality(seldom(random.nextDouble()))
              .setMaxWaitMillis(seldom((long) random.nextInt(20_000)))
              .setAllowedModels(seldom(NAMES))
              .setDeniedModels(seldom(NAMES))
              .setAllowedProviders(seldom(PROVIDERS))
              .setDeniedProviders(seldom(PROVIDERS))
              .setAllowFallbacks(maybe(random.nextBoolean()))
              .setAllowShorterOutput(random.nextBoolean())
              .build();
      return chat("{\"messages\":[{\"role\":\"user\",\"content\":\"%s\"}]}"
              .formatted(random.nextBoolean() ? "Hi" : HARD_WORD))
          .setId("request-" + random.nextInt(1_000))
          .setModel(pick(List.of("m0", "m0-alias", "m1", "m0#v0", "m3#v1", "smart", "auto")))
          .setAttributes(random.nextBoolean() ? Map.of() : Map.of("task", pick(TASKS)))
          .setRouting(random.nextInt(8) == 0 ? null : routing)
          .build();
    }

    /** The models that the request's words lead to, fallbacks included where they are allowed. */
    Set<String> named() {
      Optional<RoutingPreferences> routing = request.getRouting();
      Set<String> names = new HashSet<>();
      List<String> listed = routing.map(RoutingPreferences::getModels).orElse(List.of());
      String model = request.getModel().replaceAll("[-#].*", "");
      boolean open = model.equals("smart") || model.equals("auto");
      if (!open) {
        names.add(model);
      } else if (listed.isEmpty()) {
        List<String> ofPolicy =
            model.equals("auto")
                ? List.of()
                : context.routing().state().alias("smart").orElseThrow().models();
        names.addAll(ofPolicy.isEmpty() ? NAMES : ofPolicy);
      }
      names.addAll(listed);
      boolean byTenant =
          tenant == null || tenant.allowFallbacks() == null || tenant.allowFallbacks();
      boolean pinned = request.getModel().contains("#");
      if (!open
          && routing
              .flatMap(RoutingPreferences::getAllowFallbacks)
              .orElse(byTenant && !pinned && listed.isEmpty())) {
        names.addAll(catalog.resolve(model).orElseThrow().getFallbacks());
      }
      return names;
    }

    void check(ModelSpec spec, @Nullable String variant, String provider) {
      Optional<RoutingPreferences> routing = request.getRouting();
      String name = spec.getName();
      List<List<String>> allowed = new ArrayList<>();
      List<String> denied = new ArrayList<>();
      List<List<String>> allowedProviders = new ArrayList<>();
      List<String> deniedProviders = new ArrayList<>();
      routing.ifPresent(
          each -> {
            allowed.add(each.getAllowedModels());
            denied.addAll(each.getDeniedModels());
            allowedProviders.add(each.getAllowedProviders());
            deniedProviders.addAll(each.getDeniedProviders());
          });
      if (tenant != null) {
        allowed.add(tenant.allowedModels());
        denied.addAll(tenant.deniedModels());
        allowedProviders.add(tenant.allowedProviders());
        deniedProviders.addAll(tenant.deniedProviders());
      }
      assertThat(allowed).allMatch(names -> names.isEmpty() || names.contains(name));
      assertThat(denied).doesNotContain(name);
      Optional<ModelVariant> found =
          spec.getVariants().stream().filter(each -> each.getName().equals(variant)).findFirst();
      assertThat(found.isPresent()).isEqualTo(variant != null);
      assertThat(provider)
          .isEqualTo(
              found.flatMap(ModelVariant::getProvider).or(spec::getProvider).orElse("local"));
      assertThat(allowedProviders).allMatch(names -> names.isEmpty() || names.contains(provider));
      assertThat(deniedProviders).doesNotContain(provider);
      String task = request.getAttributes().get("task");
      assertThat(
              task == null || spec.getTaskTypes().isEmpty() || spec.getTaskTypes().contains(task))
          .isTrue();
      routing
          .flatMap(RoutingPreferences::getMinQuality)
          .ifPresent(
              least ->
                  assertThat(
                          found
                              .flatMap(ModelVariant::getQuality)
                              .or(spec::getQuality)
                              .orElseThrow())
                      .isGreaterThanOrEqualTo(least));
    }

    void checkPrice(@Nullable Double input, @Nullable Double output, long prompt, long most) {
      request
          .getRouting()
          .flatMap(RoutingPreferences::getMaxPrice)
          .ifPresent(
              limit ->
                  assertThat(
                          (prompt * (input == null ? 0 : input)
                                  + most * (output == null ? 0 : output))
                              / 1e6)
                      .isLessThanOrEqualTo(limit + 1e-9));
    }

    boolean degradedFor(String model) {
      return context
          .routing()
          .state()
          .degradation(model)
          .map(each -> each.has(Action.refusing(serviceClass)))
          .orElse(false);
    }

    String state(ModelSpec spec, String variant) {
      return spec.getVariants().stream()
          .filter(each -> each.getName().equals(variant))
          .findFirst()
          .orElseThrow()
          .getState();
    }

    private <T> T pick(List<T> values) {
      return values.get(random.nextInt(values.size()));
    }

    private <T> @Nullable T maybe(T value) {
      return random.nextBoolean() ? value : null;
    }

    private <T> @Nullable T seldom(T value) {
      return random.nextInt(4) == 0 ? value : null;
    }

    private List<String> seldom(List<String> values) {
      return random.nextInt(4) == 0 ? some(values) : List.of();
    }

    private List<String> some(List<String> values) {
      return values.stream().filter(each -> random.nextBoolean()).toList();
    }
  }
}
