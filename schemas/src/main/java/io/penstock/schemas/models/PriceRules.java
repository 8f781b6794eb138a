package io.penstock.schemas.models;

import io.penstock.schemas.ModelSpec;
import io.penstock.schemas.ModelVariant;
import io.penstock.schemas.PriceWindow;
import java.time.DateTimeException;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;

/** Checks the prices and quality of a model and its variants. */
final class PriceRules {

  private static final int MINUTES = 24 * 60;

  private final ModelSpec model;
  private final List<String> violations = new ArrayList<>();

  private PriceRules(ModelSpec model) {
    this.model = model;
  }

  static List<String> violations(ModelSpec model) {
    PriceRules rules = new PriceRules(model);
    rules.price("inputPricePerMillion", "", model.getInputPricePerMillion());
    rules.price("outputPricePerMillion", "", model.getOutputPricePerMillion());
    rules.quality("", model.getQuality());
    for (ModelVariant variant : model.getVariants()) {
      String of = "'%s' ".formatted(variant.getName());
      rules.price("variants", of + "inputPricePerMillion ", variant.getInputPricePerMillion());
      rules.price("variants", of + "outputPricePerMillion ", variant.getOutputPricePerMillion());
      rules.quality(of, variant.getQuality());
    }
    rules.windows();
    return rules.violations;
  }

  private void price(String field, String of, Optional<Double> price) {
    price
        .filter(each -> !(each >= 0) || each.isInfinite())
        .ifPresent(each -> violation(field, "%sis %s; give 0 or more".formatted(of, each)));
  }

  private void quality(String of, Optional<Double> quality) {
    quality
        .filter(each -> !(each >= 0 && each <= 1))
        .ifPresent(
            each ->
                violation(
                    of.isEmpty() ? "quality" : "variants",
                    "%s%sis %s; give 0 to 1".formatted(of, of.isEmpty() ? "" : "quality ", each)));
  }

  private void windows() {
    if (model.getPriceWindows().stream().map(PriceWindow::getZone).distinct().count() > 1) {
      violation("priceWindows", "has several zones; give all windows in one");
    }
    BitSet taken = new BitSet(MINUTES);
    for (PriceWindow window : model.getPriceWindows()) {
      String of = "%s-%s ".formatted(window.getFrom(), window.getTo());
      if (!(window.getFactor() >= 0) || Double.isInfinite(window.getFactor())) {
        violation("priceWindows", "%sneeds a factor of 0 or more".formatted(of));
      }
      try {
        ZoneId.of(window.getZone());
      } catch (DateTimeException unknown) {
        violation(
            "priceWindows",
            "%shas zone '%s'; give one such as Europe/Zurich or UTC"
                .formatted(of, window.getZone()));
      }
      take(window, of, taken);
    }
  }

  private void take(PriceWindow window, String of, BitSet taken) {
    int from;
    int to;
    try {
      from = minute(window.getFrom());
      to = minute(window.getTo());
    } catch (DateTimeException malformed) {
      violation("priceWindows", "%sneeds from and to as HH:MM".formatted(of));
      return;
    }
    if (from == to) {
      violation(
          "priceWindows", "%sbegins when it ends; leave out the window for all day".formatted(of));
      return;
    }
    BitSet own = new BitSet(MINUTES);
    if (from < to) {
      own.set(from, to);
    } else {
      own.set(from, MINUTES);
      own.set(0, to);
    }
    if (own.intersects(taken)) {
      violation("priceWindows", "%soverlaps an earlier window".formatted(of));
    }
    taken.or(own);
  }

  private static int minute(String time) {
    return LocalTime.parse(time).toSecondOfDay() / 60;
  }

  private void violation(String field, String what) {
    violations.add("model '%s': %s %s".formatted(model.getName(), field, what));
  }
}
