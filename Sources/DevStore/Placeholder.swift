enum DevStorePlaceholder {}
