//===- Names.cpp - Names that the files of one tier share -----------------===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ddnn/Target/Artifact.h"

using namespace ddnn;

llvm::StringRef ddnn::spellDtype(TensorInfoAttr tensor) {
  mlir::Type element = tensor.getType().getElementType();
  return element.isF32() ? "f32" : element.isInteger(1) ? "bits" : "u8";
}

TierList::TierList(DescriptorOp descriptor) {
  for (auto info : descriptor.getTiers().getAsRange<TierInfoAttr>()) {
    PlaceInfoAttr place = info.getPlace();
    hasGroups |= bool(place);
    if (place && place.getPlace().getMember() > 0) {
      ++members.back();
      continue;
    }
    names.push_back(place ? place.getTier() : info.getName());
    members.push_back(1);
  }
}

llvm::StringRef ddnn::getPlaceName(DescriptorOp descriptor, PlaceAttr place) {
  for (auto info : descriptor.getTiers().getAsRange<TierInfoAttr>())
    if (info.getPlace() && info.getPlace().getPlace() == place)
      return info.getName();
  return "";
}

TierNames::TierNames(DescriptorOp descriptor, TierInfoAttr tier) {
  llvm::StringSet<> used;
  for (auto other : descriptor.getTiers().getAsRange<TierInfoAttr>()) {
    directory = makeUnique(sanitizeIdentifier(other.getName()), used);
    if (other.getName() == tier.getName())
      break;
  }
  prefix = sanitizeIdentifier(descriptor.getSymName()) + "_" + directory;
  macro = llvm::StringRef(prefix).upper();
  library = directory + "/lib" + prefix + ".so";
}
