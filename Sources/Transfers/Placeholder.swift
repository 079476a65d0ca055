enum TransfersPlaceholder {}
