package io.penstock.compose;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.util.Collection;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/**
 * Java's HTTP client completes its answers on the common pool, which has one thread on two cores.
 * Work of ours that blocks there holds up each answer in the process, so it runs elsewhere, in
 * tests too.
 */
@AnalyzeClasses(packages = "io.penstock")
class CommonPoolTest {

  @ArchTest
  static final ArchRule nothingRunsOnTheCommonPool =
      noClasses()
          .should()
          .callMethodWhere(
              describe(
                  "it hands work to the common pool, and an executor can be named instead",
                  CommonPoolTest::usesCommonPool));

  private static boolean usesCommonPool(JavaMethodCall call) {
    JavaClass owner = call.getTargetOwner();
    String method = call.getName();
    if (owner.isAssignableTo(CompletableFuture.class)) {
      return (method.endsWith("Async") || method.equals("delayedExecutor"))
          && call.getTarget().getRawParameterTypes().stream()
              .noneMatch(each -> each.isEquivalentTo(Executor.class));
    }
    return owner.isAssignableTo(Collection.class) && method.equals("parallelStream");
  }
}
