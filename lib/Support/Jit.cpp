//===- Jit.cpp - Runs tensor code on this machine -------------------------===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ddnn/Support/Jit.h"
#include "mlir/Conversion/AffineToStandard/AffineToStandard.h"
#include "mlir/Conversion/ArithToLLVM/ArithToLLVM.h"
#include "mlir/Conversion/ControlFlowToLLVM/ControlFlowToLLVM.h"
#include "mlir/Conversion/FuncToLLVM/ConvertFuncToLLVMPass.h"
#include "mlir/Conversion/IndexToLLVM/IndexToLLVM.h"
#include "mlir/Conversion/MathToLLVM/MathToLLVM.h"
#include "mlir/Conversion/MathToLibm/MathToLibm.h"
#include "mlir/Conversion/MemRefToLLVM/MemRefToLLVM.h"
#include "mlir/Conversion/ReconcileUnrealizedCasts/ReconcileUnrealizedCasts.h"
#include "mlir/Conversion/SCFToControlFlow/SCFToControlFlow.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Bufferization/Transforms/OneShotAnalysis.h"
#include "mlir/Dialect/Bufferization/Transforms/OneShotModuleBufferize.h"
#include "mlir/Dialect/Bufferization/Transforms/Passes.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlowOps.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Linalg/Passes.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Math/Transforms/Passes.h"
#include "mlir/Dialect/MemRef/Transforms/Passes.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/ExecutionEngine/ExecutionEngine.h"
#include "mlir/ExecutionEngine/OptUtils.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Target/LLVMIR/Dialect/Builtin/BuiltinToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/LLVMIR/LLVMToLLVMIRTranslation.h"
#include "llvm/Support/TargetSelect.h"

using namespace mlir;
using namespace ddnn;

Jit::Jit() = default;
Jit::~Jit() = default;

void Jit::registerDialects(DialectRegistry &registry) {
  registry.insert<affine::AffineDialect, arith::ArithDialect,
                  bufferization::BufferizationDialect, cf::ControlFlowDialect,
                  func::FuncDialect, linalg::LinalgDialect, LLVM::LLVMDialect,
                  math::MathDialect, memref::MemRefDialect, scf::SCFDialect,
                  tensor::TensorDialect>();
  registerBuiltinDialectTranslation(registry);
  registerLLVMDialectTranslation(registry);
}

/// Copies between buffers with strides are loops as well: upstream would call a
/// library of its own.
static LogicalResult copyBuffer(OpBuilder &b, Location loc, Value from,
                                Value to) {
  linalg::CopyOp::create(b, loc, from, to);
  return success();
}

static LogicalResult bufferize(ModuleOp module) {
  bufferization::OneShotBufferizationOptions options;
  options.bufferizeFunctionBoundaries = true;
  options.setFunctionBoundaryTypeConversion(
      bufferization::LayoutMapOption::IdentityLayoutMap);
  options.memCpyFn = copyBuffer;
  bufferization::BufferizationState state;
  if (failed(bufferization::runOneShotModuleBufferize(module, options, state)))
    return failure();
  bufferization::BufferResultsToOutParamsOpts results;
  results.memCpyFn = copyBuffer;
  results.modifyPublicFunctions = true;
  return bufferization::promoteBufferResultsToOutParams(module, results);
}

static LogicalResult lower(ModuleOp module) {
  if (failed(bufferize(module)))
    return failure();
  PassManager passes(module.getContext());
  passes.addNestedPass<func::FuncOp>(createConvertLinalgToLoopsPass());
  passes.addPass(memref::createExpandStridedMetadataPass());
  passes.addPass(createLowerAffinePass());
  passes.addPass(createSCFToControlFlowPass());
  math::MathExpandOpsPassOptions expansions;
  expansions.opMnemonics = {"rsqrt"};
  passes.addNestedPass<func::FuncOp>(
      math::createMathExpandOpsPass(std::move(expansions)));
  passes.addPass(createConvertMathToLLVMPass());
  passes.addPass(createConvertMathToLibmPass());
  passes.addPass(createFinalizeMemRefToLLVMConversionPass());
  passes.addPass(createConvertFuncToLLVMPass());
  passes.addPass(createArithToLLVMConversionPass());
  passes.addPass(createConvertIndexToLLVMPass());
  passes.addPass(createConvertControlFlowToLLVMPass());
  passes.addPass(createReconcileUnrealizedCastsPass());
  return passes.run(module);
}

llvm::Expected<std::unique_ptr<Jit>> Jit::compile(ModuleOp module,
                                                  unsigned level) {
  static const bool isInitialized = [] {
    llvm::InitializeNativeTarget();
    llvm::InitializeNativeTargetAsmPrinter();
    return true;
  }();
  (void)isInitialized;
  DialectRegistry registry;
  registerDialects(registry);
  for (StringRef name : registry.getDialectNames())
    module.getContext()->getOrLoadDialect(name);
  auto jit = std::unique_ptr<Jit>(new Jit());
  auto func = module.lookupSymbol<func::FuncOp>("main");
  func->setAttr(LLVM::LLVMDialect::getEmitCWrapperAttrName(),
                UnitAttr::get(module.getContext()));
  for (Type type : func.getArgumentTypes())
    jit->argumentShapes.emplace_back(cast<RankedTensorType>(type).getShape());
  for (Type type : func.getResultTypes())
    jit->resultShapes.emplace_back(cast<RankedTensorType>(type).getShape());
  // The translation to LLVM IR warns about attributes that it does not know.
  func.removeArgAttrsAttr();
  func.removeResAttrsAttr();
  if (failed(lower(module)))
    return llvm::createStringError("cannot be lowered");
  ExecutionEngineOptions options;
  // The option only refers to the function; it has to outlive the engine's
  // creation.
  auto transformer =
      makeOptimizingTransformer(level, 0, /*targetMachine=*/nullptr);
  options.transformer = transformer;
  options.jitCodeGenOptLevel = llvm::CodeGenOptLevel(level);
  auto engine = ExecutionEngine::create(module, options);
  if (!engine)
    return engine.takeError();
  jit->engine = std::move(*engine);
  return jit;
}

llvm::Expected<std::vector<Jit::Tensor>>
Jit::run(std::vector<Tensor> &arguments) {
  if (arguments.size() != argumentShapes.size())
    return llvm::createStringError("wrong number of arguments");
  std::vector<Tensor> results;
  for (const auto &shape : resultShapes) {
    int64_t count = 1;
    for (int64_t dim : shape)
      count *= dim;
    results.push_back({shape, std::vector<float>(count)});
  }
  // A memref's descriptor: allocated, aligned, offset, sizes, strides.
  std::vector<std::vector<int64_t>> descriptors;
  auto describe = [&](Tensor &tensor) {
    std::vector<int64_t> words{reinterpret_cast<int64_t>(tensor.data.data()),
                               reinterpret_cast<int64_t>(tensor.data.data()),
                               0};
    words.insert(words.end(), tensor.shape.begin(), tensor.shape.end());
    int64_t stride = 1;
    std::vector<int64_t> strides(tensor.shape.size());
    for (size_t d = tensor.shape.size(); d-- > 0; stride *= tensor.shape[d])
      strides[d] = stride;
    words.insert(words.end(), strides.begin(), strides.end());
    descriptors.push_back(std::move(words));
  };
  for (auto [tensor, shape] : llvm::zip(arguments, argumentShapes)) {
    tensor.shape = shape;
    describe(tensor);
  }
  for (Tensor &tensor : results)
    describe(tensor);
  std::vector<void *> pointers;
  for (auto &words : descriptors)
    pointers.push_back(words.data());
  std::vector<void *> packed;
  for (void *&pointer : pointers)
    packed.push_back(&pointer);
  if (llvm::Error error = engine->invokePacked("_mlir_ciface_main", packed))
    return std::move(error);
  return results;
}
