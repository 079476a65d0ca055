enum StorageTestingPlaceholder {}
