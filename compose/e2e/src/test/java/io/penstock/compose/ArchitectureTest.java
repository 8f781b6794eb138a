package io.penstock.compose;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClass.Predicates;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The module and package rules of the design. */
@AnalyzeClasses(packages = "io.penstock", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

  private static final String OURS = "io.penstock..";
  private static final String SCHEMAS = "io.penstock.schemas..";
  private static final String[] CLIENTS_AND_SERVERS = {
    "org.apache.kafka..",
    "io.confluent..",
    "io.micronaut..",
    "java.net.http..",
    "com.sun.net.httpserver.."
  };

  @ArchTest static final ArchRule schemasDependOnNothingOfOurs = only("schemas");
  @ArchTest static final ArchRule streamsDependOnSchemasOnly = only("streams");
  @ArchTest static final ArchRule workersDependOnSchemasOnly = only("workers");
  @ArchTest static final ArchRule theBrokerDependsOnSchemasOnly = only("broker");

  /** Rules that are tested, replayed and simulated without Kafka. */
  @ArchTest
  static final ArchRule policiesKnowNoKafkaAndNoHttp =
      noClasses()
          .that()
          .resideInAnyPackage(
              "io.penstock.streams.dispatch.lifecycle..",
              "io.penstock.streams.dispatch.rank..",
              "io.penstock.streams.dispatch.index..",
              "io.penstock.streams.dispatch.session..",
              "io.penstock.streams.control.observation..",
              "io.penstock.streams.control.rollout..",
              "io.penstock.streams.control.experiment..",
              "io.penstock.streams.control.ladder..",
              "io.penstock.streams.control.spend..",
              "io.penstock.streams.score.model..",
              "io.penstock.streams.score.output..",
              "io.penstock.streams.score.service..",
              "io.penstock.streams.score.tokens..",
              "io.penstock.workers.demand..",
              "io.penstock.workers.capacity..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(CLIENTS_AND_SERVERS);

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
  @ArchTest static final ArchRule partsOfComposeFormNoCycle = noCycleWithin("compose");

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
