package io.penstock.schemas.serde;

import io.penstock.schemas.InferenceRequest;
import org.apache.avro.util.ClassSecurityValidator;

/**
 * Lets Avro load our generated classes, besides those it trusts already. Without this every JVM
 * that embeds Penstock would need {@code -Dorg.apache.avro.SERIALIZABLE_PACKAGES}.
 */
final class TrustedClasses {

  private static final String PACKAGE = InferenceRequest.class.getPackageName();

  static {
    ClassSecurityValidator.setGlobal(
        ClassSecurityValidator.composite(
            ClassSecurityValidator.getGlobal(), type -> type.getPackageName().equals(PACKAGE)));
  }

  private TrustedClasses() {}

  /** Does its work once, when this class is loaded. */
  static void trust() {}
}
