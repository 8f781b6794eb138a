package io.penstock.streams.score.complexity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.schemas.extension.Extension;
import io.penstock.schemas.extension.Extensions;
import io.penstock.streams.contract.ComplexityPredictorContract;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LinearComplexityContractTest extends ComplexityPredictorContract {

  @TempDir Path folder;

  @Override
  protected ComplexityPredictor predictor() {
    return create(Extension.named("linear"));
  }

  @Test
  void anArtefactIsReadFromItsFile() throws IOException {
    Path file = folder.resolve("own.json.gz");
    ComplexityArtefact.write(ComplexityArtefact.shipped(), file);
    assertThat(create(Extension.named("linear").with("artefact", file.toString())).calibration())
        .extracting(PredictorCalibration::meanCheap)
        .isEqualTo(predictor().calibration().meanCheap());
  }

  @Test
  void aFileThatCannotBeReadIsNamed() {
    assertThatThrownBy(() -> create(Extension.named("linear").with("artefact", "no-such-file")))
        .hasMessageContaining("no-such-file cannot be read");
  }

  private static ComplexityPredictor create(Extension extension) {
    return Extensions.create(
        ComplexityPredictorProvider.class,
        "complexity",
        extension,
        ComplexityPredictorProvider::create);
  }
}
