package io.penstock.compose;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClass.Predicates;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The module and package rules of the design. */
@AnalyzeClasses(packages = "io.penstock", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

  private static final String OURS = "io.penstock..";
  private static final String SCHEMAS = "io.penstock.schemas..";
  private static final String[] KAFKA = {"org.apache.kafka..", "kafka..", "io.confluent.."};
  private static final String[] HTTP = {
    "io.micronaut..", "java.net.http..", "com.sun.net.httpserver..", "org.apache.hc.."
  };

  /** Each job's own package wires it to Kafka; what it decides lies in packages below. */
  private static final String[] MAY_KNOW_KAFKA = {
    "io.penstock.broker",
    "io.penstock.broker.following",
    "io.penstock.broker.ownership",
    "io.penstock.schemas.client",
    "io.penstock.schemas.reading",
    "io.penstock.schemas.registry",
    "io.penstock.schemas.serde",
    "io.penstock.schemas.topics",
    "io.penstock.schemas.trace",
    "io.penstock.streams.runtime",
    "io.penstock.streams.control",
    "io.penstock.streams.delivery",
    "io.penstock.streams.dispatch",
    "io.penstock.streams.dispatch.topology",
    "io.penstock.streams.score",
    "io.penstock.streams.score.identity",
    "io.penstock.workers",
    "io.penstock.workers.chunks",
    "io.penstock.workers.kafka",
    "io.penstock.workers.lease",
    "io.penstock.workers.models",
    "io.penstock.workers.outcome",
    "io.penstock.workers.payload",
    "io.penstock.compose.access",
    "io.penstock.compose.cli",
    "io.penstock.compose.config",
    "io.penstock.compose.kafka",
    "io.penstock.compose.node",
    "io.penstock.compose.demo..",
    "io.penstock.compose.bench.failover",
    "io.penstock.compose.bench.faults.fleet",
    "io.penstock.compose.bench.faults.load",
    "io.penstock.compose.bench.load",
    "io.penstock.compose.bench.protocol",
    "io.penstock.compose.bench.real",
    "io.penstock.compose.bench.rig"
  };

  private static final String[] MAY_KNOW_HTTP = {
    "io.penstock.broker.admin",
    "io.penstock.broker.batches",
    "io.penstock.broker.files",
    "io.penstock.broker.http..",
    "io.penstock.broker.messages",
    "io.penstock.broker.webhooks",
    "io.penstock.broker.webhooks.sending",
    "io.penstock.workers.engine.openai",
    "io.penstock.compose.bench.batches",
    "io.penstock.compose.bench.faults.fleet",
    "io.penstock.compose.bench.faults.load",
    "io.penstock.compose.bench.front",
    "io.penstock.compose.cli",
    "io.penstock.compose.http",
    "io.penstock.compose.operations",
    "io.penstock.compose.registry"
  };

  private static final String BENCH = "io.penstock.compose.bench..";
  private static final String DEMO = "io.penstock.compose.demo..";
  private static final String CONTROL = "io.penstock.streams.control..";
  private static final String TRAINING = "io.penstock.streams.score.complexity.training..";

  @ArchTest static final ArchRule schemasDependOnNothingOfOurs = only("schemas");
  @ArchTest static final ArchRule streamsDependOnSchemasOnly = only("streams");
  @ArchTest static final ArchRule workersDependOnSchemasOnly = only("workers");
  @ArchTest static final ArchRule theBrokerDependsOnSchemasOnly = only("broker");

  /** All else decides without Kafka, so that it is tested, replayed and simulated without it. */
  @ArchTest
  static final ArchRule onlyTheListedPackagesKnowKafka =
      noClasses()
          .that()
          .resideInAPackage(OURS)
          .and()
          .resideOutsideOfPackages(MAY_KNOW_KAFKA)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(KAFKA);

  @ArchTest
  static final ArchRule onlyTheListedPackagesKnowHttp =
      noClasses()
          .that()
          .resideInAPackage(OURS)
          .and()
          .resideOutsideOfPackages(MAY_KNOW_HTTP)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(HTTP);

  @ArchTest
  static final ArchRule whatRunsKnowsNeitherBenchmarksNorDemo =
      noClasses()
          .that()
          .resideInAPackage(OURS)
          .and()
          .resideOutsideOfPackages(BENCH, DEMO)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(BENCH, DEMO);

  @ArchTest
  static final ArchRule benchmarksDoNotKnowTheDemo =
      noClasses()
          .that()
          .resideInAPackage(BENCH)
          .should()
          .dependOnClassesThat()
          .resideInAPackage(DEMO);

  /** A server predicts; what trains its predictor is off its path. */
  @ArchTest
  static final ArchRule onlyBenchmarksTrainPredictors =
      noClasses()
          .that()
          .resideOutsideOfPackages(BENCH, TRAINING)
          .should()
          .dependOnClassesThat()
          .resideInAPackage(TRAINING);

  /** Rollouts, experiments, ladders and spend are off the way of a request. */
  @ArchTest
  static final ArchRule theWayOfARequestDoesNotLeadThroughControl =
      noClasses()
          .that()
          .resideInAnyPackage(
              "io.penstock.streams.score..",
              "io.penstock.streams.dispatch..",
              "io.penstock.streams.delivery..",
              "io.penstock.streams.runtime..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage(CONTROL);

  /** Replays keep to the constraints of scoring, and ladders to its promises; nothing else. */
  @ArchTest
  static final ArchRule controlKnowsOfScoringOnlyConstraintsAndPromises =
      noClasses()
          .that()
          .resideInAPackage(CONTROL)
          .should()
          .dependOnClassesThat(
              Predicates.resideInAnyPackage(
                      "io.penstock.streams.score..",
                      "io.penstock.streams.dispatch..",
                      "io.penstock.streams.delivery..")
                  .and(
                      Predicates.resideOutsideOfPackages(
                          "io.penstock.streams.score.candidate",
                          "io.penstock.streams.score.service")));

  /** The doors of control: its application, and what the command line asks and shows. */
  @ArchTest
  static final ArchRule onlyTheNodeAndTheCommandLineKnowControl =
      noClasses()
          .that()
          .resideOutsideOfPackages(
              CONTROL,
              "io.penstock.compose.node..",
              "io.penstock.compose.config..",
              "io.penstock.compose.cli..",
              "io.penstock.compose.reports..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage(CONTROL);

  @ArchTest
  static final ArchRule noPackageIsADrawerForLeftovers =
      noClasses()
          .that()
          .resideInAPackage(OURS)
          .should()
          .resideInAnyPackage("..util..", "..utils..", "..common..", "..helper..", "..misc..");

  @ArchTest
  static final ArchRule noClassIsADrawerForLeftovers =
      noClasses()
          .that()
          .resideInAPackage(OURS)
          .should()
          .haveSimpleNameEndingWith("Utils")
          .orShould()
          .haveSimpleNameEndingWith("Util")
          .orShould()
          .haveSimpleNameEndingWith("Helper");

  // A feature's own package wires its parts and so knows them; among themselves parts form no
  // cycle.
  @ArchTest static final ArchRule partsOfSchemasFormNoCycle = noCycleWithin("schemas");
  @ArchTest static final ArchRule partsOfStreamsFormNoCycle = noCycleWithin("streams");
  @ArchTest static final ArchRule partsOfScoreFormNoCycle = noCycleWithin("streams.score");
  @ArchTest static final ArchRule partsOfDispatchFormNoCycle = noCycleWithin("streams.dispatch");
  @ArchTest static final ArchRule partsOfControlFormNoCycle = noCycleWithin("streams.control");
  @ArchTest static final ArchRule partsOfWorkersFormNoCycle = noCycleWithin("workers");
  @ArchTest static final ArchRule enginesFormNoCycle = noCycleWithin("workers.engine");
  @ArchTest static final ArchRule partsOfTheBrokerFormNoCycle = noCycleWithin("broker");
  @ArchTest static final ArchRule partsOfComposeFormNoCycle = noCycleWithin("compose");

  /** Two classes of one name in a module have to be told apart by their imports. */
  @ArchTest
  static void noTwoClassesOfStreamsHaveOneName(JavaClasses classes) {
    Map<String, List<String>> byName =
        classes.stream()
            .filter(each -> each.getPackageName().startsWith("io.penstock.streams"))
            .filter(each -> each.isTopLevelClass() && !each.getSimpleName().equals("package-info"))
            .collect(
                Collectors.groupingBy(
                    JavaClass::getSimpleName,
                    Collectors.mapping(JavaClass::getName, Collectors.toList())));
    byName.values().removeIf(names -> names.size() == 1);
    assertThat(byName).isEmpty();
  }

  private static ArchRule noCycleWithin(String parent) {
    return slices().matching("io.penstock.%s.(*)..".formatted(parent)).should().beFreeOfCycles();
  }

  private static ArchRule only(String module) {
    return classes()
        .that()
        .resideInAPackage("io.penstock.%s..".formatted(module))
        .should()
        .onlyDependOnClassesThat(
            Predicates.resideInAnyPackage("io.penstock.%s..".formatted(module), SCHEMAS)
                .or(Predicates.resideOutsideOfPackage(OURS)));
  }
}
