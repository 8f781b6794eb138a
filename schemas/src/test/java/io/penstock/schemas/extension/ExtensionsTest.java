package io.penstock.schemas.extension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ExtensionsTest {

  /** Greets somebody. */
  interface Greeting extends ExtensionProvider {
    String greet(Options options);
  }

  /** Greets politely. */
  public static final class Polite implements Greeting {
    @Override
    public String name() {
      return "polite";
    }

    @Override
    public String greet(Options options) {
      return "Good day, %s, for %s"
          .formatted(options.text("to").orElse("all"), options.take("every", Duration.ofHours(1)));
    }
  }

  /** Has nothing to set. */
  public static final class Curt implements Greeting {
    @Override
    public String name() {
      return "curt";
    }

    @Override
    public String greet(Options options) {
      return "Hi";
    }
  }

  /** An extension point with two providers of one name. */
  interface Twin extends ExtensionProvider {}

  /** The one twin. */
  public static final class FirstTwin implements Twin {
    @Override
    public String name() {
      return "twin";
    }
  }

  /** The other twin. */
  public static final class SecondTwin implements Twin {
    @Override
    public String name() {
      return "twin";
    }
  }

  @Test
  void theNamedExtensionGetsItsOptions() {
    assertThat(greet(Extension.named("polite").with("to", "Ada").with("every", "250ms")))
        .isEqualTo("Good day, Ada, for PT0.25S");
    assertThat(greet(Extension.named("polite"))).isEqualTo("Good day, all, for PT1H");
  }

  @Test
  void anUnknownNameIsAnsweredWithTheKnownOnes() {
    assertThatThrownBy(() -> greet(Extension.named("rude")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("test.greeting is 'rude'; it must be one of: curt, polite.");
  }

  @Test
  void anOptionThatTheExtensionDoesNotTakeIsAnsweredWithThoseItTakes() {
    assertThatThrownBy(() -> greet(Extension.named("polite").with("too", "Ada")))
        .hasMessage("test.greeting polite has no option too; it has every, to");
    assertThatThrownBy(() -> greet(Extension.named("curt").with("to", "Ada")))
        .hasMessage("test.greeting curt has no options; remove to");
  }

  @Test
  void aWrongValueIsAnsweredWithAnExampleOfARightOne() {
    assertThatThrownBy(() -> greet(Extension.named("polite").with("every", "250 apples")))
        .hasMessage(
            "test.greeting polite: option every=250 apples: write a duration, such as 250ms, 5s,"
                + " 10m or 6h");
  }

  @Test
  void twoExtensionsOfOneNameStopTheStart() {
    assertThatThrownBy(() -> Extensions.known(Twin.class))
        .hasMessageContaining("two extensions are called 'twin'")
        .hasMessageContaining(FirstTwin.class.getName())
        .hasMessageContaining(SecondTwin.class.getName());
  }

  @Test
  void anExtensionHasAName() {
    assertThatThrownBy(() -> new Extension(" ", Map.of())).hasMessageContaining("name is blank");
  }

  private static String greet(Extension extension) {
    return Extensions.create(Greeting.class, "test.greeting", extension, Greeting::greet);
  }
}
